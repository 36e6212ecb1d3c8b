import type { ReactNode } from 'react';
import { Button as AriaButton, type ButtonProps as AriaButtonProps, Tooltip, TooltipTrigger } from 'react-aria-components';
import { VerdictGlyph } from './verdict.tsx';

export interface ButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style'> {
  /** `primary` once in a region, `danger` for what cannot be undone. */
  look?: 'standard' | 'primary' | 'quiet' | 'danger';
  size?: 'sm' | 'md' | 'lg';
  /** Fills the row it stands in. */
  grow?: boolean;
  /** Shows that it works, and takes no press meanwhile; label and focus stay. */
  busy?: boolean;
  children: ReactNode;
}

export function Button({ look = 'standard', size = 'md', grow, busy, children, onPress, ...rest }: ButtonProps) {
  const className = `btn ${look} ${size}${grow ? ' grow' : ''}`;
  // Not disabled, which would take the focus away; and not react-aria's pending, which leaves nameless images in its live region.
  return (
    <AriaButton {...rest} className={className} aria-disabled={busy || rest['aria-disabled']} onPress={busy ? undefined : onPress}>
      {busy && <VerdictGlyph verdict="working" />}
      {children}
    </AriaButton>
  );
}

export interface IconButtonProps extends Omit<AriaButtonProps, 'className' | 'children' | 'style' | 'aria-label'> {
  /** The accessible name, also shown as a tooltip. */
  label: string;
  children: ReactNode;
}

export function IconButton({ label, children, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={600}>
      <AriaButton {...rest} className="btn quiet icon" aria-label={label}>
        {children}
      </AriaButton>
      <Tooltip className="tooltip" offset={6}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}
