/** The story in parts. Sealed parts are visible and closed; a part that opens by itself never moves the reader. */
import { ChevronDown, ChevronRight, Lock, PanelLeft } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { Button as AriaButton, Disclosure, DisclosurePanel, Heading } from 'react-aria-components';
import type { SessionView, StoryPartView } from '../../../../shared/contract/values.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Keys } from '../../ui/keys.tsx';
import { Prose } from '../../ui/prose.tsx';
import './story.css';

export interface StoryPanelProps {
  session: SessionView;
  onHide(): void;
  onAcknowledge(): void;
  onReveal(part: StoryPartView): void;
  onName(): void;
}

export function StoryPanel({ session, onHide, onAcknowledge, onReveal, onName }: StoryPanelProps) {
  const { story } = session;
  const [expanded, setExpanded] = useState<ReadonlySet<string>>(() => new Set([lastOpen(story)]));
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const known = useRef(new Set(story.filter((part) => part.markdown !== null).map((part) => part.id)));
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const opened = story.filter((part) => part.markdown !== null && !known.current.has(part.id));
    if (opened.length === 0) return;
    for (const part of opened) known.current.add(part.id);
    const ids = opened.map((part) => part.id);
    setFresh((before) => new Set([...before, ...ids]));
    setExpanded((before) => new Set([...before, ...ids]));
    // Who asked for a part wants to read it, and the button that was pressed stands for the next one or is gone.
    const asked = opened.find((part) => part.revealed);
    if (!asked) return;
    requestAnimationFrame(() => {
      const title = body.current?.querySelector<HTMLElement>(`[data-part="${asked.id}"] button`);
      title?.focus({ preventScroll: true });
      title?.scrollIntoView({ block: 'start' });
    });
  }, [story]);
  const toggle = (id: string, open: boolean) => {
    setFresh((before) => new Set([...before].filter((other) => other !== id)));
    setExpanded((before) => {
      const next = new Set(before);
      if (open) next.add(id);
      else next.delete(id);
      return next;
    });
  };
  const nextSealed = story.find((part) => part.markdown === null);
  const running = session.state === 'running';
  const waiting = session.acknowledgedAt === null && running;
  const unnamed = session.objectives.some((objective) => objective.kind === 'diagnosis' && objective.verdict !== 'fixed');
  return (
    <aside className="panel story" data-region="story" aria-label="Story">
      <div className="phead">
        <h2>Story</h2>
        <span className="grow" />
        <IconButton label="Hide story, Alt 1" onPress={onHide}>
          <PanelLeft className="i" aria-hidden />
        </IconButton>
      </div>
      <div className="pbody" ref={body}>
        {story.map((part) =>
          part.markdown === null ? (
            <SealedPart key={part.id} part={part} />
          ) : (
            <OpenPart
              key={part.id}
              part={part}
              page={part.id === 'symptoms' ? session.page : null}
              expanded={expanded.has(part.id)}
              fresh={fresh.has(part.id)}
              onToggle={(open) => toggle(part.id, open)}
            />
          ),
        )}
      </div>
      <div className="story-foot">
        {waiting ? (
          <>
            <Button look="primary" size="lg" onPress={onAcknowledge} autoFocus aria-label="Acknowledge page">
              Acknowledge page <Keys chord="Ctrl Enter" />
            </Button>
            <p className="cap">The clock starts with it. Until then nothing counts against you.</p>
          </>
        ) : (
          <div className="row wrap">
            {unnamed && (
              <Button isDisabled={!running} onPress={onName}>
                Name the cause
              </Button>
            )}
            {nextSealed && (
              <Button
                look="quiet"
                onPress={() => onReveal(nextSealed)}
                aria-label={`Reveal next: ${nextSealed.title}, costs ${nextSealed.revealCost}`}
              >
                Reveal next
              </Button>
            )}
          </div>
        )}
      </div>
    </aside>
  );
}

function lastOpen(story: readonly StoryPartView[]): string {
  return story.filter((part) => part.markdown !== null).at(-1)?.id ?? '';
}

function SealedPart({ part }: { part: StoryPartView }) {
  return (
    <section className="part sealed" aria-label={`${part.title}, sealed`}>
      <header>
        <Lock className="i" aria-hidden />
        <h3>{part.title}</h3>
        <span className="cap">{part.opensWhen}</span>
      </header>
    </section>
  );
}

interface OpenPartProps {
  part: StoryPartView;
  page: SessionView['page'] | null;
  expanded: boolean;
  fresh: boolean;
  onToggle(open: boolean): void;
}

function OpenPart({ part, page, expanded, fresh, onToggle }: OpenPartProps) {
  const remark = fresh ? 'new' : part.revealed ? 'revealed' : expanded ? '' : 'read';
  return (
    <Disclosure className={`part${expanded ? ' open' : ''}`} data-part={part.id} isExpanded={expanded} onExpandedChange={onToggle}>
      <Heading level={3}>
        <AriaButton slot="trigger" className="part-title">
          {expanded ? <ChevronDown className="i" aria-hidden /> : <ChevronRight className="i" aria-hidden />}
          <span className="grow">{part.title}</span>
          {fresh && <span className="new-dot" aria-hidden="true" />}
          <span className="cap">{remark}</span>
        </AriaButton>
      </Heading>
      <DisclosurePanel className="part-body">
        {page && <PageMessage page={page} />}
        <Prose text={part.markdown ?? ''} />
      </DisclosurePanel>
    </Disclosure>
  );
}

/** What the pager said. */
export function PageMessage({ page }: { page: { severity: string; text: string } }) {
  return (
    <div className="page">
      <span className="v-notyet strong">PAGE {page.severity}</span>
      {'\n'}
      {page.text}
    </div>
  );
}
