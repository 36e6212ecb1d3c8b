/** The connection as React sees it. */
import { createContext, useContext } from 'react';
import type { Client } from './client.ts';
import type { Connection } from './connection.ts';

export const ConnectionContext = createContext<Connection | null>(null);

export function useConnection(): Connection {
  const connection = useContext(ConnectionContext);
  if (!connection) throw new Error('ConnectionContext is missing.');
  return connection;
}

export function useClient(): Client {
  return useConnection().client;
}
