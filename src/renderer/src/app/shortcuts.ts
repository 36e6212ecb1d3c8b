/** The shortcuts as the learner reads them. The commands themselves carry the keys that work. */
export interface Shortcut {
  readonly action: string;
  readonly chords: readonly string[];
  /** What the keys do while a terminal has the focus. */
  readonly inTerminal: string;
  readonly desktopOnly?: boolean;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { action: 'Command palette', chords: ['Ctrl K', 'Ctrl Shift K', 'F1'], inTerminal: 'Ctrl Shift K or F1; Ctrl K is the shell’s' },
  { action: 'Acknowledge, then check all objectives', chords: ['Ctrl Enter'], inTerminal: 'yes' },
  { action: 'Check the first open objective', chords: ['Ctrl Shift Enter'], inTerminal: 'yes' },
  { action: 'Next, previous region', chords: ['F6', 'Shift F6'], inTerminal: 'yes; in a full-screen program Ctrl F6' },
  { action: 'Story, terminal, objectives, hints: go to', chords: ['Alt 1', 'Alt 2', 'Alt 3', 'Alt 4'], inTerminal: 'yes' },
  { action: 'Hide the story or the objectives', chords: ['Alt 1', 'Alt 3'], inTerminal: 'once more, when there' },
  { action: 'Split below', chords: ['Ctrl Shift -'], inTerminal: 'yes' },
  { action: 'Split right', chords: ['Ctrl Shift \\'], inTerminal: 'yes' },
  { action: 'Pin as evidence', chords: ['Ctrl Shift E'], inTerminal: 'yes' },
  { action: 'Find in the terminal', chords: ['Ctrl Shift F'], inTerminal: 'yes' },
  { action: 'Copy, paste', chords: ['Ctrl Shift C', 'Ctrl Shift V'], inTerminal: 'yes' },
  { action: 'Save the file', chords: ['Ctrl S'], inTerminal: 'no' },
  { action: 'Search history', chords: ['Ctrl Shift R'], inTerminal: 'yes; Ctrl R is the shell’s' },
  { action: 'New terminal', chords: ['Ctrl Shift T'], inTerminal: 'yes', desktopOnly: true },
  { action: 'Close the tab', chords: ['Ctrl Shift W'], inTerminal: 'yes', desktopOnly: true },
  { action: 'Next, previous tab', chords: ['Ctrl Tab', 'Ctrl Shift Tab'], inTerminal: 'yes', desktopOnly: true },
  { action: 'Lists: move, open, filter', chords: ['J', 'K', 'Enter', '/'], inTerminal: 'no' },
  { action: 'All shortcuts', chords: ['?'], inTerminal: 'no' },
];
