// How the desktop app is packaged: `npm run package` (scripts/package.mjs). What may be inside is checked by
// scripts/package.core.test.ts, which packages around a stub of Electron.
import { cp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeLicences } from './scripts/lib/licences.mjs';
import { ROOT, toolsDirectory } from './scripts/lib/paths.mjs';

/** Where the licences of everything inside are collected at each packaging. */
const licences = toolsDirectory('package');

/** Native modules bring binaries for every system; a package is made on its own system and holds the one of that. */
const onlyBinariesOfThisSystem = [
  `!node_modules/better-sqlite3/prebuilds/!(${process.platform}-\${arch}).node`,
  `!node_modules/node-pty/prebuilds/!(${process.platform}-\${arch}){,/**}`,
];

/** @type {import('electron-builder').Configuration} */
export default {
  appId: 'io.ops-lab.desktop',
  productName: 'Ops Lab',
  copyright: 'Copyright © 2026 The Ops Lab contributors',
  // Without the space of productName, which the release's page turns into a dot: SHA256SUMS has to name what is downloaded.
  artifactName: `\${name}-\${version}-\${arch}.\${ext}`,
  directories: { output: 'dist', buildResources: 'packaging' },
  // A deb has to name a page; in CI it is the repository's.
  extraMetadata: {
    homepage: process.env.GITHUB_REPOSITORY
      ? `${process.env.GITHUB_SERVER_URL}/${process.env.GITHUB_REPOSITORY}`
      : 'https://ops-lab.invalid/',
  },
  // Set by scripts/package.mjs, which has found it and checked it.
  electronDist: process.env.ELECTRON_OVERRIDE_DIST_PATH,
  beforePack: () => writeLicences(licences),
  // What Electron shows when it has no app.
  afterExtract: ({ appOutDir }) => rm(join(appOutDir, 'resources', 'default_app.asar'), { force: true }),

  files: [
    'out/**',
    '!out/build-key',
    'package.json',
    '!**/*.{map,md,markdown,ts,cts,mts,tsbuildinfo,pdb}',
    '!node_modules/**/{test,tests,__tests__,spec,example,examples,benchmark,benchmarks,docs,.github}/**',
    '!node_modules/**/*.{test,spec}.{js,cjs,mjs}',
    // Sources of the native modules: their binaries are in prebuilds/.
    '!node_modules/better-sqlite3/{deps,src,binding.gyp}{,/**}',
    '!node_modules/node-pty/{src,deps,scripts,third_party,typings,node_modules,binding.gyp}{,/**}',
    ...onlyBinariesOfThisSystem,
    // Native parts that ssh2 (under dockerode) can do without, and what streams need under Bare, another runtime.
    '!node_modules/{cpu-features,nan,buildcheck,node-addon-api,bare-*}{,/**}',
  ],
  asar: true,
  // Loaded by the system, or read by other programs: see src/main/app-files.ts.
  asarUnpack: ['out/sidecar/**', 'node_modules/better-sqlite3/**', 'node_modules/node-pty/**'],
  // The native modules are Node-API: one binary serves Node and every Electron.
  npmRebuild: false,
  extraResources: [
    { from: licences, to: '.', filter: ['third-party-licences.txt'] },
    { from: 'LICENSE', to: 'LICENSE.ops-lab.txt' },
  ],
  // Copied by us, since electron-builder leaves .gitkeep out everywhere, which makes a folder that a lab writes into.
  afterPack: ({ packager, appOutDir }) => cp(join(ROOT, 'labs'), join(packager.getResourcesDir(appOutDir), 'labs'), { recursive: true }),

  // security.md E-10. RunAsNode stays on: the shell runtime runs the labs' programs on the app's own Node.
  electronFuses: {
    runAsNode: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableCookieEncryption: true,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    // A flipped fuse breaks the signature that Electron comes with, and Apple silicon starts nothing without one.
    resetAdHocDarwinSignature: process.platform === 'darwin',
  },

  protocols: [{ name: 'Ops Lab', schemes: ['ops-lab'] }],
  fileAssociations: [{ ext: 'opslab', name: 'Ops Lab learner', mimeType: 'application/vnd.ops-lab.learner+json', role: 'Viewer' }],

  linux: {
    target: ['AppImage', 'deb'],
    executableName: 'ops-lab',
    icon: 'icon.png',
    category: 'Education',
    synopsis: 'Practise real production failures',
    maintainer: 'Ops Lab <noreply@ops-lab.invalid>',
    vendor: 'Ops Lab',
  },
  mac: { target: ['dmg'], category: 'public.app-category.education', icon: 'icon.png' },
  win: { target: ['nsis'], icon: 'icon.png' },
  nsis: { oneClick: false, allowToChangeInstallationDirectory: true },
  publish: null,
};
