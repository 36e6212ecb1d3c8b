import { Mark } from './mark.tsx';

/** Shown when the host does not know this page (its cookie is missing, or the host was started anew). */
export function LoginPage() {
  return (
    <main className="panel login" id="main">
      <div className="empty">
        <Mark />
        <h1 className="h-page">This page needs a new link</h1>
        <p className="mid">
          Ops Lab lets a browser in by a link that works once. This one was used before, has run out, or belongs to a host that has been
          started anew.
        </p>
        <p className="mid">
          Press Enter in the terminal where Ops Lab runs: it prints a new link, to be opened here. If it does not run any more, start it
          again:
        </p>
        <div className="cmdline">
          <span className="p" aria-hidden="true">
            $
          </span>
          <code>npm start</code>
        </div>
        <p className="mid">Running sessions and everything that you have done are kept.</p>
      </div>
    </main>
  );
}
