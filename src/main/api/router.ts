import { app } from './app.ts';
import { api } from './context.ts';
import { engine } from './engine.ts';
import { files } from './files.ts';
import { history } from './history.ts';
import { labs } from './labs.ts';
import { learners } from './learners.ts';
import { progress } from './progress.ts';
import { sessions } from './sessions.ts';
import { settings } from './settings.ts';
import { terminals } from './terminals.ts';

/** The whole contract, implemented. */
export const router = api.router({ app, engine, labs, sessions, files, terminals, history, progress, learners, settings });
