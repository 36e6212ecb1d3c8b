/** When the sealed parts of a story open. Pure. */
export interface StoryProgress {
  /** The learner has run a command in this session. */
  readonly commandRun: boolean;
  /** Every diagnosis was named (true when the lab asks none). */
  readonly named: boolean;
  /** Every repair objective is fixed, or was once in this session. */
  readonly fixed: boolean;
  /** A solution was shown. */
  readonly assisted: boolean;
  /** Parts that the learner opened early, at their price. */
  readonly revealed: readonly string[];
}

const OPENS_WHEN: Readonly<Record<string, string>> = {
  symptoms: '',
  investigation: 'Opens with your first command.',
  'root-cause': 'Opens when you name the cause.',
  fix: 'Opens when it is fixed.',
  prevention: 'Opens when it is fixed.',
  myths: 'Opens when it is fixed.',
};

function opensByItself(part: string, progress: StoryProgress): boolean {
  switch (part) {
    case 'symptoms':
      return true;
    case 'investigation':
      return progress.commandRun || progress.fixed || progress.assisted;
    case 'root-cause':
      return progress.named || progress.fixed || progress.assisted;
    default:
      return progress.fixed || progress.assisted;
  }
}

/** @returns whether the part is open, whether only because it was revealed, and the sentence that a sealed part shows */
export function storyPartState(part: string, progress: StoryProgress): { open: boolean; revealed: boolean; opensWhen: string } {
  const byItself = opensByItself(part, progress);
  const revealed = !byItself && progress.revealed.includes(part);
  const open = byItself || revealed;
  return { open, revealed, opensWhen: open ? '' : (OPENS_WHEN[part] ?? '') };
}
