import type { MenuItemConstructorOptions } from 'electron';

export interface MenuActions {
  newWindow(): void;
  close(): void;
  reload(): void;
  quit(): void;
  zoom(step: -1 | 0 | 1): void;
  toggleFullScreen(): void;
  toggleDeveloperTools(): void;
}

/** The keys that the menu takes on Linux and Windows; the renderer must not use them. */
export const MENU_KEYS: readonly string[] = ['Ctrl+Shift+Q', 'Ctrl+Shift+I', 'F11'];

/**
 * The application menu. On macOS the standard roles use Cmd, which no shell sees. On Linux and Windows the standard keys
 * (Ctrl+W, Ctrl+R, Ctrl+Z, Ctrl+A ...) are the shell's and those with Shift mostly the renderer's (tabs, splits, history),
 * so own items there have no key but the few in MENU_KEYS; the edit roles show their keys without taking them.
 */
export function menuTemplate(platform: NodeJS.Platform, packaged: boolean, actions: MenuActions): MenuItemConstructorOptions[] {
  const registerAccelerator = platform === 'darwin';
  const edit: MenuItemConstructorOptions = {
    label: 'Edit',
    submenu: [
      { role: 'undo', registerAccelerator },
      { role: 'redo', registerAccelerator },
      { type: 'separator' },
      { role: 'cut', registerAccelerator },
      { role: 'copy', registerAccelerator },
      { role: 'paste', registerAccelerator },
      { role: 'selectAll', registerAccelerator },
    ],
  };
  if (platform === 'darwin') {
    const view: MenuItemConstructorOptions[] = [
      { role: 'reload' },
      { type: 'separator' },
      { role: 'resetZoom' },
      { role: 'zoomIn' },
      { role: 'zoomOut' },
      { type: 'separator' },
      { role: 'togglefullscreen' },
    ];
    if (!packaged) view.push({ role: 'toggleDevTools' });
    const file: MenuItemConstructorOptions[] = [
      { label: 'New window', accelerator: 'Cmd+N', click: actions.newWindow },
      { type: 'separator' },
      { role: 'close' },
    ];
    return [{ role: 'appMenu' }, { label: 'File', submenu: file }, edit, { label: 'View', submenu: view }, { role: 'windowMenu' }];
  }
  const view: MenuItemConstructorOptions[] = [
    { label: 'Reload', click: actions.reload },
    { type: 'separator' },
    { label: 'Actual size', click: () => actions.zoom(0) },
    { label: 'Zoom in', click: () => actions.zoom(1) },
    { label: 'Zoom out', click: () => actions.zoom(-1) },
    { type: 'separator' },
    { label: 'Full screen', accelerator: 'F11', click: actions.toggleFullScreen },
  ];
  if (!packaged) view.push({ label: 'Developer tools', accelerator: 'Ctrl+Shift+I', click: actions.toggleDeveloperTools });
  return [
    {
      label: 'File',
      submenu: [
        { label: 'New window', click: actions.newWindow },
        { label: 'Close window', click: actions.close },
        { label: 'Quit', accelerator: 'Ctrl+Shift+Q', click: actions.quit },
      ],
    },
    edit,
    { label: 'View', submenu: view },
  ];
}
