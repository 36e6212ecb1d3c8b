/** story.md: split into its parts, with recordings in their places. Learner-facing text is Markdown without raw HTML. */
import { STORY_PARTS, type StoryPart, type StoryPartId } from './lab.ts';
import type { RecordingSpec } from './manifest.ts';
import type { Problems } from './problem.ts';

const HEADINGS: Readonly<Record<StoryPartId, string>> = {
  symptoms: 'Symptoms',
  investigation: 'Investigation',
  'root-cause': 'Root cause',
  fix: 'Fix',
  prevention: 'Prevention',
  myths: 'What the popular story gets wrong',
};
/** Fences that would show output; only recordings may. */
const OUTPUT_FENCES = new Set(['', 'console', 'output', 'text', 'txt', 'plain', 'log', 'terminal', 'shell-session']);

interface Fence {
  readonly mark: string;
  readonly language: string;
  readonly line: number;
  readonly content: string[];
}

/** The block that stands for a recording: the command, its output, and below it what it is. */
export function recordingBlock(recording: RecordingSpec): string {
  const output = recording.output === '' ? '(not recorded yet)' : recording.output.replace(/\n+$/, '');
  const longest = Math.max(2, ...[...output.matchAll(/`+/g)].map(([marks]) => marks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}console\n$ ${recording.command}\n${output}\n${fence}\n\n*${recording.title} (recorded, ${recording.runtime})*`;
}

/**
 * What Markdown must not contain, by line: raw HTML, images, and links to anything but http(s).
 * @param line a line outside of code blocks
 */
function refusedInline(line: string): string | null {
  const text = line.replace(/(`+)[^`]*?\1/g, '');
  if (/!\[/.test(text)) return 'found an image; a story has text and recordings only';
  const targets = [...text.matchAll(/\]\(\s*<?([^\s)>]*)/g), ...text.matchAll(/^ {0,3}\[[^\]]+\]:\s*<?(\S+)/g)].map(
    (match) => match[1] ?? '',
  );
  const autolinks = [...text.matchAll(/<([a-z][a-z0-9+.-]*:[^\s>]*)>/gi)].map((match) => match[1] ?? '');
  for (const target of [...targets, ...autolinks]) {
    if (!/^https?:\/\/[^/\s]/i.test(target)) return `found a link to “${target}”, expected http:// or https://`;
  }
  return /<[a-z/!?]/i.test(text.replace(/<https?:[^\s>]*>/gi, '')) ? 'found raw HTML; use Markdown, and backticks around code' : null;
}

/** Reports what must not be in a piece of learner-facing Markdown. @param firstLine line of the file on which it begins */
export function checkMarkdown(markdown: string, file: string, firstLine: number, problems: Problems): void {
  let fence = '';
  markdown.split('\n').forEach((line, index) => {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? '';
    if (fence !== '') {
      if (mark.startsWith(fence)) fence = '';
      return;
    }
    fence = mark;
    const refused = mark === '' ? refusedInline(line) : null;
    if (refused !== null) problems.add(file, refused, { line: firstLine + index, column: 1 });
  });
}

class StoryReader {
  readonly #file: string;
  readonly #problems: Problems;
  readonly #recordings: ReadonlyMap<string, RecordingSpec>;
  readonly #parts = new Map<StoryPartId, string[]>();
  #current: string[] | null = null;
  #fence: Fence | null = null;

  constructor(file: string, recordings: ReadonlyMap<string, RecordingSpec>, problems: Problems) {
    this.#file = file;
    this.#problems = problems;
    this.#recordings = recordings;
  }

  line(text: string, number: number): void {
    const mark = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/.exec(text);
    if (this.#fence !== null) {
      if (mark?.[1]?.startsWith(this.#fence.mark) && mark[2] === '') this.#closeFence(this.#fence, text);
      else this.#fence.content.push(text);
    } else if (mark !== null) {
      this.#fence = { mark: mark[1] ?? '', language: mark[2] ?? '', line: number, content: [] };
    } else if (/^ {0,3}#{1,2}(?:\s|$)/.test(text)) {
      this.#heading(text.trim(), number);
    } else {
      const refused = refusedInline(text);
      if (refused !== null) this.#problem(number, refused);
      this.#emit(text, number);
    }
  }

  end(): StoryPart[] {
    if (this.#fence !== null) this.#problem(this.#fence.line, 'found a code block that never ends');
    for (const id of STORY_PARTS) {
      if (!this.#parts.has(id)) this.#problems.add(this.#file, `expected a part “## ${HEADINGS[id]}”, found none`);
      else if (this.#parts.get(id)?.join('').trim() === '') this.#problems.add(this.#file, `the part “${HEADINGS[id]}” is empty`);
    }
    return STORY_PARTS.map((id) => ({ id, title: HEADINGS[id], markdown: (this.#parts.get(id) ?? []).join('\n').trim() }));
  }

  #heading(text: string, number: number): void {
    const title = text.replace(/^#+\s*/, '');
    if (text.startsWith('# ')) {
      if (this.#current !== null) this.#problem(number, 'found a second title inside the story; parts begin with ##');
      return;
    }
    const id = STORY_PARTS.find((part) => HEADINGS[part] === title);
    if (id === undefined) {
      this.#problem(number, `found the part “${title}”, expected one of ${Object.values(HEADINGS).join(', ')}; use ### inside a part`);
      return;
    }
    if (this.#parts.has(id)) this.#problem(number, `found the part “${title}” twice`);
    this.#current = [];
    this.#parts.set(id, this.#current);
  }

  #closeFence(fence: Fence, closing: string): void {
    this.#fence = null;
    if (fence.language === 'recording') {
      const name = fence.content.join('\n').trim();
      const recording = this.#recordings.get(name);
      if (recording === undefined) this.#problem(fence.line + 1, `found no recordings/${name}.yaml for this recording`);
      else this.#emit(recordingBlock(recording), fence.line);
      return;
    }
    if (OUTPUT_FENCES.has(fence.language.toLowerCase())) {
      const what = fence.language === '' ? 'a code block without a language' : `a ${fence.language} block`;
      this.#problem(fence.line, `found ${what}; output comes from recordings only, source code names its language`);
    }
    this.#emit([`${fence.mark}${fence.language}`, ...fence.content, closing].join('\n'), fence.line);
  }

  #emit(text: string, number: number): void {
    if (this.#current !== null) this.#current.push(text);
    else if (text.trim() !== '') this.#problem(number, `found text before the first part; the story begins with “## ${HEADINGS.symptoms}”`);
  }

  #problem(line: number, message: string): void {
    this.#problems.add(this.#file, message, { line, column: 1 });
  }
}

/** @returns all parts in their order; what is missing or refused is added to `problems` */
export function readStory(markdown: string, recordings: ReadonlyMap<string, RecordingSpec>, problems: Problems): StoryPart[] {
  const reader = new StoryReader('story.md', recordings, problems);
  markdown.split(/\r?\n/).forEach((line, index) => {
    reader.line(line, index + 1);
  });
  return reader.end();
}
