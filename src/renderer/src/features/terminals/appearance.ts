/** How a terminal looks: colours, font and sizes come from the tokens in use now. */
import type { ITheme } from '@xterm/xterm';

function token(styles: CSSStyleDeclaration, name: string): string {
  return styles.getPropertyValue(name).trim();
}

export function terminalTheme(): ITheme {
  const styles = getComputedStyle(document.documentElement);
  const ansi = (name: string) => token(styles, `--ansi-${name}`);
  return {
    background: token(styles, '--bg-term'),
    foreground: token(styles, '--term-fg'),
    cursor: token(styles, '--term-cursor'),
    cursorAccent: token(styles, '--bg-term'),
    selectionBackground: token(styles, '--term-selection'),
    scrollbarSliderBackground: token(styles, '--line'),
    scrollbarSliderHoverBackground: token(styles, '--line-control'),
    scrollbarSliderActiveBackground: token(styles, '--line-control'),
    selectionInactiveBackground: token(styles, '--term-selection'),
    black: token(styles, '--bg-term'),
    red: ansi('red'),
    green: ansi('green'),
    yellow: ansi('yellow'),
    blue: ansi('blue'),
    magenta: ansi('magenta'),
    cyan: ansi('cyan'),
    white: ansi('white'),
    brightBlack: ansi('bright-black'),
    brightRed: ansi('red'),
    brightGreen: ansi('green'),
    brightYellow: ansi('yellow'),
    brightBlue: ansi('blue'),
    brightMagenta: ansi('magenta'),
    brightCyan: ansi('cyan'),
    brightWhite: token(styles, '--ink-1'),
  };
}

export function monoFont(): string {
  return token(getComputedStyle(document.documentElement), '--font-mono');
}

/** The setting is meant for a window under 1440 wide, whose token is 14 px; wider windows shift it as the token does. */
export function fontSizeFor(setting: number): number {
  const styles = getComputedStyle(document.documentElement);
  const rem = Number.parseFloat(styles.fontSize);
  const size = Number.parseFloat(token(styles, '--term-size')) * rem;
  return Math.max(8, Math.round(setting + size - 14));
}

let context: CanvasRenderingContext2D | null = null;

/** Width of one character in CSS pixels. */
export function characterWidth(fontSize: number): number {
  context ??= document.createElement('canvas').getContext('2d');
  if (!context) return fontSize * 0.61;
  context.font = `${fontSize}px ${monoFont()}`;
  return context.measureText('W').width;
}

/** Whether WebGL runs on a real graphics unit. Software rendering is far slower than the DOM renderer. */
export function hasGraphicsUnit(): boolean {
  const gl = document.createElement('canvas').getContext('webgl2');
  if (!gl) return false;
  const info = gl.getExtension('WEBGL_debug_renderer_info');
  const renderer = String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  gl.getExtension('WEBGL_lose_context')?.loseContext();
  return !isSoftwareRenderer(renderer);
}

export function isSoftwareRenderer(renderer: string): boolean {
  return renderer === '' || /swiftshader|llvmpipe|softpipe|software|basic render|none/i.test(renderer);
}
