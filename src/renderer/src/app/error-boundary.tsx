import { Component, type ErrorInfo, type ReactNode } from 'react';
import { Button } from '../ui/button.tsx';
import { forgetFailures } from '../ui/lazily.tsx';
import { VerdictGlyph } from '../ui/verdict.tsx';

interface Props {
  /** A change of this clears the error: another screen is another try. */
  resetKey: string;
  children: ReactNode;
}

/** Keeps a broken screen from taking the app along. Sessions and terminals live outside it and go on. */
export class ErrorBoundary extends Component<Props, { error: Error | null }> {
  override state: { error: Error | null } = { error: null };

  static getDerivedStateFromError(error: Error): { error: Error } {
    return { error };
  }

  override componentDidUpdate(before: Props): void {
    if (before.resetKey !== this.props.resetKey && this.state.error) this.#showAgain();
  }

  #showAgain(): void {
    forgetFailures();
    this.setState({ error: null });
  }

  override componentDidCatch(error: Error, info: ErrorInfo): void {
    console.error(error, info.componentStack);
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    return (
      <main className="panel" id="main" tabIndex={-1}>
        <div className="empty" role="alert">
          <VerdictGlyph verdict="not-yet" lamp />
          <h1 className="h-lg">This screen broke</h1>
          <p className="mid">Your session, its terminals and your progress are not affected. Show the screen again, or go to the labs.</p>
          <p className="mono cap">{error.message}</p>
          <div className="row">
            <Button look="primary" onPress={() => this.#showAgain()}>
              Show it again
            </Button>
            <Button
              onPress={() => {
                window.location.hash = '#/';
              }}
            >
              Go to the labs
            </Button>
          </div>
        </div>
      </main>
    );
  }
}
