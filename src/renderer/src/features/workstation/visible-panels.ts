/** Which side panels fit beside 80 columns. Pure. */
export interface PanelWishes {
  /** Width of the whole bench, and what 80 columns need, in CSS pixels. */
  readonly width: number;
  readonly eightyColumns: number;
  readonly story: { readonly wanted: boolean; readonly size: number };
  readonly instruments: { readonly wanted: boolean; readonly size: number };
  /** Which one stays when only one fits: the one asked for last, else the instruments. */
  readonly keep: 'story' | 'instruments';
}

export function visiblePanels(wishes: PanelWishes): { story: boolean; instruments: boolean } {
  const room = wishes.width - wishes.eightyColumns;
  const wanted = { story: wishes.story.wanted, instruments: wishes.instruments.wanted };
  const used = () => (wanted.story ? wishes.story.size : 0) + (wanted.instruments ? wishes.instruments.size : 0);
  const order: ('story' | 'instruments')[] = wishes.keep === 'story' ? ['instruments', 'story'] : ['story', 'instruments'];
  for (const name of order) if (used() > room) wanted[name] = false;
  return wanted;
}
