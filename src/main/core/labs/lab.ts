import type { ComposeFile } from './compose.ts';
import type { Hints, Manifest, RecordingSpec, SolutionSpec } from './manifest.ts';

export const STORY_PARTS = ['symptoms', 'investigation', 'root-cause', 'fix', 'prevention', 'myths'] as const;
export type StoryPartId = (typeof STORY_PARTS)[number];

export interface StoryPart {
  readonly id: StoryPartId;
  readonly title: string;
  /** Markdown; recordings are already in place as code blocks. */
  readonly markdown: string;
}

/** A solution or a wrong fix. */
export interface Fix {
  readonly name: string;
  readonly spec: SolutionSpec;
  /** Absolute folder. */
  readonly folder: string;
  /** Paths below `files/`, relative to the workspace. */
  readonly files: readonly string[];
  readonly hasScript: boolean;
}

/** A validated lab. Its files stay where they are; nothing of it is written to. */
export interface Lab {
  readonly id: string;
  /** Absolute path of the lab's folder. */
  readonly folder: string;
  readonly thirdParty: boolean;
  readonly manifest: Manifest;
  readonly compose: ComposeFile;
  readonly hints: Hints;
  readonly story: readonly StoryPart[];
  readonly solutions: readonly Fix[];
  readonly wrong: readonly Fix[];
  readonly recordings: ReadonlyMap<string, RecordingSpec>;
  /** Relative paths of the files of `workspace/`. */
  readonly workspaceFiles: readonly string[];
  /** Relative paths of the files of `services/`: programs of upstream services, out of the learner's reach. */
  readonly serviceFiles: readonly string[];
  /** Relative paths of the files of `probes/`. */
  readonly probeFiles: readonly string[];
}
