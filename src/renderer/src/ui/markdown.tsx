/** Markdown from labs: no raw HTML, links only through a confirmation, code highlighted. Loaded when first needed. */
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import { ExternalLink } from './external-link.tsx';
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
  table: ({ children }) => (
    <div className="scroll">
      <table>{children}</table>
    </div>
  ),
};

export default function Markdown({ text }: { text: string }) {
  return (
    <ReactMarkdown
      skipHtml
      remarkPlugins={[remarkGfm]}
      rehypePlugins={[[rehypeHighlight, { detect: false, plainText: ['console', 'text', 'txt'] }]]}
      components={components}
    >
      {text}
    </ReactMarkdown>
  );
}
