/** What the learner may choose about the app, and what this app is. */
import { type ReactNode, useRef } from 'react';
import { Button as AriaButton, Group, Input, NumberField, Switch, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { attempt } from '../../app/notice.tsx';
import { ShortcutTable } from '../../app/shortcuts-dialog.tsx';
import type { Settings } from '../../connection/client.ts';
import { useClient } from '../../connection/context.ts';
import { keys, queryClient, useInfo, useSettings } from '../../connection/queries.ts';
import { Failure, Loading } from '../../ui/states.tsx';
import { fontSizeFor } from '../terminals/appearance.ts';
import './settings.css';

const SECTIONS = [
  { id: 'appearance', title: 'Appearance' },
  { id: 'terminal', title: 'Terminal' },
  { id: 'sessions', title: 'Sessions' },
  { id: 'keyboard', title: 'Keyboard' },
  { id: 'about', title: 'About' },
] as const;

export default function SettingsScreen() {
  const settings = useSettings();
  const client = useClient();
  const body = useRef<HTMLDivElement>(null);
  const change = async (part: Partial<Settings>) => {
    // Shown at once; what the core answers, or still has when it refuses, counts.
    queryClient.setQueryData<Settings>(keys.settings, (before) => before && { ...before, ...part });
    const after = await attempt(client.settings.set(part));
    if (after) queryClient.setQueryData(keys.settings, after);
    else await settings.refetch();
  };
  const goTo = (id: string) => {
    const section = body.current?.querySelector<HTMLElement>(`#settings-${id}`);
    section?.scrollIntoView();
    section?.focus();
  };
  return (
    <main className="settings" id="main" tabIndex={-1}>
      <nav className="panel side-nav" aria-label="Settings" data-region="settings sections">
        <h1 className="h-page pad">Settings</h1>
        {SECTIONS.map((section) => (
          <AriaButton key={section.id} className="side-link" onPress={() => goTo(section.id)}>
            {section.title}
          </AriaButton>
        ))}
      </nav>
      <div className="panel" data-region="settings">
        <div className="pbody">
          {settings.isPending && <Loading what="the settings" />}
          {settings.isError && <Failure error={settings.error} retry={() => void settings.refetch()} />}
          {settings.data && (
            <div className="settings-body" ref={body}>
              <Appearance settings={settings.data} change={(part) => void change(part)} />
              <TerminalSettings settings={settings.data} change={(part) => void change(part)} />
              <SessionSettings settings={settings.data} change={(part) => void change(part)} />
              <Section id="keyboard" title="Keyboard">
                <ShortcutTable />
              </Section>
              <About />
            </div>
          )}
        </div>
      </div>
    </main>
  );
}

interface PartProps {
  settings: Settings;
  change(part: Partial<Settings>): void;
}

function Section({ id, title, children }: { id: string; title: string; children: ReactNode }) {
  return (
    <section aria-labelledby={`settings-${id}`}>
      <h2 className="h-lg" id={`settings-${id}`} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  );
}

function Setting({ title, detail, children }: { title: string; detail: string; children: ReactNode }) {
  return (
    <div className="setting">
      <div className="grow">
        <div className="strong">{title}</div>
        <div className="mid">{detail}</div>
      </div>
      {children}
    </div>
  );
}

interface ChoiceProps<T extends string> {
  label: string;
  value: T;
  options: readonly { id: T; title: string }[];
  onChange(value: T): void;
}

function Choice<T extends string>({ label, value, options, onChange }: ChoiceProps<T>) {
  return (
    <ToggleButtonGroup
      className="seg"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(selection) => {
        const picked = options.find((option) => selection.has(option.id));
        if (picked) onChange(picked.id);
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.id} id={option.id}>
          {option.title}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function Appearance({ settings, change }: PartProps) {
  return (
    <Section id="appearance" title="Appearance">
      <Setting title="Theme" detail="Terminals, editor and interface change together.">
        <Choice
          label="Theme"
          value={settings.theme}
          options={[
            { id: 'dark', title: 'Dark' },
            { id: 'light', title: 'Light' },
            { id: 'system', title: 'As the system' },
          ]}
          onChange={(theme) => change({ theme })}
        />
      </Setting>
    </Section>
  );
}

interface StepperProps {
  label: string;
  value: number;
  min: number;
  max: number;
  step: number;
  unit: string;
  onChange(value: number): void;
}

function Stepper({ label, value, min, max, step, unit, onChange }: StepperProps) {
  return (
    <NumberField
      aria-label={label}
      value={value}
      minValue={min}
      maxValue={max}
      step={step}
      formatOptions={{ useGrouping: false }}
      onChange={(next) => {
        if (!Number.isNaN(next)) onChange(next);
      }}
    >
      <Group className="row stepper">
        <AriaButton slot="decrement" className="btn icon">
          −
        </AriaButton>
        <span className="field">
          <Input className="mono" />
          <span className="cap">{unit}</span>
        </span>
        <AriaButton slot="increment" className="btn icon">
          +
        </AriaButton>
      </Group>
    </NumberField>
  );
}

function TerminalSettings({ settings, change }: PartProps) {
  return (
    <Section id="terminal" title="Terminal">
      <Setting
        title="Text size"
        detail={`Follows the width of the window; in this one it is ${fontSizeFor(settings.terminalFontSize)} px. 80 columns always fit.`}
      >
        <Stepper
          label="Text size"
          value={settings.terminalFontSize}
          min={10}
          max={32}
          step={1}
          unit="px"
          onChange={(terminalFontSize) => change({ terminalFontSize })}
        />
      </Setting>
      <Setting title="Scrollback" detail="Lines kept above the screen, of each terminal.">
        <Stepper
          label="Scrollback"
          value={settings.scrollback}
          min={200}
          max={100_000}
          step={100}
          unit="lines"
          onChange={(scrollback) => change({ scrollback })}
        />
      </Setting>
      <Setting title="Screen reader mode" detail="Announces output line by line. Slower with heavy output.">
        <Switch
          className="switch-row"
          aria-label="Screen reader mode"
          isSelected={settings.screenReader}
          onChange={(screenReader) => change({ screenReader })}
        >
          <span className="switch" aria-hidden="true" />
        </Switch>
      </Setting>
    </Section>
  );
}

function SessionSettings({ settings, change }: PartProps) {
  return (
    <Section id="sessions" title="Sessions">
      <Setting title="Runtime" detail="Where labs run when both are here. Automatic takes the engine when it is ready.">
        <Choice
          label="Runtime"
          value={settings.preferredRuntime}
          options={[
            { id: 'auto', title: 'Automatic' },
            { id: 'docker', title: 'Docker' },
            { id: 'shell', title: 'Shell' },
          ]}
          onChange={(preferredRuntime) => change({ preferredRuntime })}
        />
      </Setting>
      <Setting title="When the app closes" detail="Kept sessions go on by themselves and are here again at the next start.">
        <Choice
          label="When the app closes"
          value={settings.onClose}
          options={[
            { id: 'ask', title: 'Ask' },
            { id: 'keep', title: 'Keep sessions' },
            { id: 'stop', title: 'Stop sessions' },
          ]}
          onChange={(onClose) => change({ onClose })}
        />
      </Setting>
    </Section>
  );
}

const HOSTS = { electron: 'desktop', web: 'web', memory: 'test' } as const;

function About() {
  const info = useInfo();
  return (
    <Section id="about" title="About">
      {info.isPending && <Loading what="what this is" />}
      {info.isError && <Failure error={info.error} retry={() => void info.refetch()} />}
      {info.data && (
        <>
          <dl className="facts about">
            <dt>Ops Lab</dt>
            <dd>{info.data.version}</dd>
            <dt>Host</dt>
            <dd>{HOSTS[info.data.host]}</dd>
            <dt>Data</dt>
            <dd className="mono">{info.data.dataDirectory}</dd>
            <dt>System</dt>
            <dd>
              {info.data.platform}, Node {info.data.node}
            </dd>
          </dl>
          {info.data.notices.map((notice) => (
            <p key={notice} className="mid">
              {notice}
            </p>
          ))}
        </>
      )}
    </Section>
  );
}
