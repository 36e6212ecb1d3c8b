/** The names of all figures, in the order of the table. */
export const FIGURES = [
  'click_to_prompt_p50',
  'click_to_prompt_p95',
  'keystroke_p50',
  'keystroke_p99',
  'cat_50mb',
  'ctrl_c_under_flood',
  'buffered_peak',
  'page_to_prompt',
  'history_insert_p99',
  'history_search_p50',
  'start_to_page',
  'host_rss',
  'renderer_heap',
  'sessions30_keystroke_p99',
  'sessions30_ready',
  'gate_ps',
  'gate_run',
] as const;

export type FigureName = (typeof FIGURES)[number];
