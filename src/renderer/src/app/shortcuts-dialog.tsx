import { Fragment } from 'react';
import { useConnection } from '../connection/context.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Keys } from '../ui/keys.tsx';
import { SHORTCUTS } from './shortcuts.ts';

/** The shortcuts as a table; also a section of the settings. */
export function ShortcutTable() {
  const desktop = useConnection().kind === 'desktop';
  return (
    <table aria-label="Shortcuts">
      <thead>
        <tr>
          <th>Action</th>
          <th>Keys</th>
          <th>In a terminal</th>
        </tr>
      </thead>
      <tbody>
        {SHORTCUTS.filter((shortcut) => desktop || !shortcut.desktopOnly).map((shortcut) => (
          <tr key={shortcut.action}>
            <td>{shortcut.action}</td>
            <td>
              {shortcut.chords.map((chord) => (
                <Fragment key={chord}>
                  <span className="chord">
                    <span className="sr">{chord}</span>
                    <Keys chord={chord} />
                  </span>{' '}
                </Fragment>
              ))}
            </td>
            <td className="mid">{shortcut.inTerminal}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog
      title="Shortcuts"
      wide
      reading
      isOpen
      onClose={onClose}
      footer={
        <Button autoFocus onPress={onClose}>
          Close
        </Button>
      }
    >
      <p>A focused terminal keeps every key except those marked in the last column.</p>
      <ShortcutTable />
    </Dialog>
  );
}
