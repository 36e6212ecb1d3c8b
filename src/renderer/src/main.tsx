import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/real-inputs.css';
import './ui/verdict.css';
import './ui/regions.css';
import './ui/overlays.css';
import './app/frame.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.tsx';
import { tellRecovery } from './app/recovered.ts';
import { stampStyleNonce } from './app/style-nonce.ts';
import { allowOnlyEmptyMarkup } from './app/trusted-types.ts';
import { Connection } from './connection/connection.ts';
import { followEvents } from './connection/events.ts';
import { chooseHostLink } from './connection/host-link.ts';
import { keys, queryClient } from './connection/queries.ts';
import { onWake } from './connection/wake.ts';

stampStyleNonce(document);
allowOnlyEmptyMarkup(window);

tellRecovery(window);

const connection = new Connection(chooseHostLink());
void connection.run(() => void followEvents(connection));
onWake(window, () => {
  connection.retry();
  // The only thing that changes without the host being told of it.
  void queryClient.invalidateQueries({ queryKey: keys.engine });
});

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root.');
createRoot(root).render(
  <StrictMode>
    <App connection={connection} />
  </StrictMode>,
);
