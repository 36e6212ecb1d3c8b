import { EventEmitter } from 'node:events';

/** What pages send arrives here, with the frame that sent it. */
export const ipcMain = new EventEmitter();
