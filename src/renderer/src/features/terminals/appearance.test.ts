import { expect, it } from 'vitest';
import { isSoftwareRenderer } from './appearance.ts';

it('draws with WebGL only where a graphics unit is', () => {
  for (const name of [
    'ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)))',
    'llvmpipe (LLVM 15.0.6, 256 bits)',
    'Microsoft Basic Render Driver',
    '',
  ]) {
    expect(isSoftwareRenderer(name), name).toBe(true);
  }
  expect(isSoftwareRenderer('ANGLE (NVIDIA, NVIDIA GeForce RTX 3060)')).toBe(false);
  expect(isSoftwareRenderer('Apple M2')).toBe(false);
});
