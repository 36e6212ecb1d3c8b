import { Settings } from '../../../shared/contract/values.ts';
import type { SettingsService } from '../core.ts';
import type { EventHub } from '../events/event-hub.ts';
import type { Store } from '../store/store.ts';

const DEFAULTS: Settings = {
  theme: 'dark',
  terminalFontSize: 14,
  scrollback: 5000,
  screenReader: false,
  onClose: 'ask',
  preferredRuntime: 'auto',
};

/** Settings of this installation. A kept value that no longer fits its schema counts as not set. */
export function createSettingsService(store: Store, events: EventHub): SettingsService {
  const get = (): Settings => {
    const kept = store.settings.all();
    const valid = Object.entries(Settings.shape).flatMap(([name, schema]) => {
      const parsed = schema.safeParse(kept[name]);
      return parsed.success ? [[name, parsed.data]] : [];
    });
    return { ...DEFAULTS, ...Object.fromEntries(valid) };
  };
  return {
    get,
    set: (patch) => {
      const parsed = Settings.partial().parse(patch);
      store.settings.set(Object.fromEntries(Object.entries(parsed).filter(([, value]) => value !== undefined)));
      const settings = get();
      events.emit({ type: 'settings', settings });
      return settings;
    },
  };
}
