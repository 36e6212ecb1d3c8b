/** Markdown from labs: no raw HTML, links only through a confirmation, code highlighted. Loaded when first needed. */
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import { ExternalLink } from './external-link.tsx';
import { labelCells } from './label-cells.ts';
import './markdown.css';

const components: Components = {
  a: ({ href, children }) => <ExternalLink href={href}>{children}</ExternalLink>,
  // Labs bring no pictures; an address in a story must not be fetched.
  img: ({ alt }) => <span>{alt}</span>,
  // Headings of a story stand below the part's own heading.
  h1: ({ children }) => <h4>{children}</h4>,
  h2: ({ children }) => <h4>{children}</h4>,
  h3: ({ children }) => <h4>{children}</h4>,
  pre: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: code that scrolls sideways must be reachable with the keyboard
    <pre tabIndex={0}>{children}</pre>
  ),
  code: ({ className, children }) => (
    <code className={className}>
      {className === 'language-console' && typeof children === 'string' ? <Recorded text={children} /> : children}
    </code>
  ),
  table: ({ children }) => (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls sideways must be reachable with the keyboard
    <div className="scroll" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

/** A command and what it printed. The command may wrap: it is often longer than the story is wide, and has no columns to keep. */
function Recorded({ text }: { text: string }) {
  const end = text.indexOf('\n') + 1;
  return (
    <>
      <span className="command">{text.slice(0, end)}</span>
      {text.slice(end)}
    </>
  );
}

export default function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown
      skipHtml
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[labelCells, [rehypeHighlight, { detect: false, plainText: ['console', 'text', 'txt'] }]]}
      components={components}
    >
      {text}
    </ReactMarkdown>
  );
}
