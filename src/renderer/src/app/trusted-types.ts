/**
 * The page's policy refuses strings where markup is expected. React Aria empties its live region with `innerHTML = ''`;
 * that one string is let through, and nothing else ever is.
 */
interface TrustedTypePolicyFactory {
  createPolicy(name: string, rules: { createHTML(markup: string): string | null }): unknown;
}

export function allowOnlyEmptyMarkup(window: Window): void {
  const { trustedTypes } = window as { trustedTypes?: TrustedTypePolicyFactory };
  trustedTypes?.createPolicy('default', { createHTML: (markup) => (markup === '' ? '' : null) });
}
