/** The product's mark. */
export function Mark() {
  return (
    <svg className="i mark" viewBox="0 0 20 20" aria-hidden="true">
      <rect x="1.5" y="1.5" width="17" height="17" rx="2" />
      <path d="M3.5 12h3l1.5-6 3 9 2-5.5 1 2.5h2.5" strokeWidth="1.75" />
    </svg>
  );
}
