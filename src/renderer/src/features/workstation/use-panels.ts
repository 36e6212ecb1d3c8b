/** Which side panels are shown, and how wide they start. */
import { useCallback, useEffect, useState } from 'react';
import { useSettings } from '../../connection/queries.ts';
import { characterWidth, fontSizeFor } from '../terminals/appearance.ts';
import { visiblePanels } from './visible-panels.ts';

/** Left padding, scroll bar and the separators beside a terminal, in CSS pixels. */
const TERMINAL_FRAME = 30;

function tokenPixels(name: string): number {
  const styles = getComputedStyle(document.documentElement);
  return Number.parseFloat(styles.getPropertyValue(name)) * Number.parseFloat(styles.fontSize);
}

type PanelName = 'story' | 'instruments';

export function usePanels() {
  const { data: settings } = useSettings();
  const [bench, setBench] = useState<HTMLElement | null>(null);
  const [width, setWidth] = useState(window.innerWidth);
  const [wanted, setWanted] = useState({ story: true, instruments: true });
  const [keep, setKeep] = useState<PanelName>('instruments');
  useEffect(() => {
    if (!bench) return;
    const observer = new ResizeObserver(() => setWidth(bench.clientWidth));
    observer.observe(bench);
    return () => observer.disconnect();
  }, [bench]);
  const storySize = tokenPixels('--w-story');
  const instrumentsSize = tokenPixels('--w-instruments');
  const eightyColumns = Math.ceil(characterWidth(fontSizeFor(settings?.terminalFontSize ?? 14)) * 80) + TERMINAL_FRAME;
  const shown = visiblePanels({
    width,
    eightyColumns,
    story: { wanted: wanted.story, size: storySize },
    instruments: { wanted: wanted.instruments, size: instrumentsSize },
    keep,
  });
  const measure = useCallback((element: HTMLElement | null) => setBench(element), []);
  const show = (panel: PanelName) => {
    setWanted((before) => ({ ...before, [panel]: true }));
    setKeep(panel);
  };
  const hide = (panel: PanelName) => setWanted((before) => ({ ...before, [panel]: false }));
  return { shown, show, hide, measure, storySize, instrumentsSize, eightyColumns };
}
