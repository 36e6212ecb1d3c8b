/** Chooses a file of the session's workspace, or names a new one. */
import { useQuery } from '@tanstack/react-query';
import { CornerLeftUp, FileText, Folder } from 'lucide-react';
import { useState } from 'react';
import { Input, ListBox, ListBoxItem, TextField } from 'react-aria-components';
import { errorCode } from '../../app/error-words.ts';
import { useClient } from '../../connection/context.ts';
import { keys } from '../../connection/queries.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { formatBytes } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/states.tsx';

export function OpenFileDialog({ sessionId, onOpen, onClose }: { sessionId: string; onOpen: (path: string) => void; onClose: () => void }) {
  const client = useClient();
  const [directory, setDirectory] = useState('');
  const [name, setName] = useState('');
  const [failure, setFailure] = useState<unknown>(null);
  const files = useQuery({
    queryKey: keys.files(sessionId, directory),
    queryFn: ({ signal }) => client.files.list({ sessionId, directory }, { signal }),
    staleTime: 0,
  });
  const parent = directory.includes('/') ? directory.slice(0, directory.lastIndexOf('/')) : '';
  const open = (path: string) => {
    onOpen(path);
    onClose();
  };
  const create = async () => {
    if (name.trim() === '') return;
    const path = directory === '' ? name.trim() : `${directory}/${name.trim()}`;
    try {
      await client.files.write({ sessionId, path, content: '', version: null });
    } catch (error) {
      // A file of that name is there: it is the one that is meant. What cannot be opened says so in its tab.
      if (errorCode(error) !== 'conflict') return setFailure(error);
    }
    open(path);
  };
  return (
    <Dialog
      title="Open a file"
      isOpen
      onClose={onClose}
      footer={
        <>
          <TextField
            className="field grow"
            aria-label="Name of a new file"
            value={name}
            onChange={setName}
            onKeyDown={(event) => event.key === 'Enter' && void create()}
          >
            <Input className="mono" placeholder="Name of a new file" />
          </TextField>
          <Button isDisabled={name.trim() === ''} onPress={() => void create()}>
            Create it
          </Button>
          <Button onPress={onClose}>Close</Button>
        </>
      }
    >
      <p className="mono">{directory === '' ? 'workspace' : `workspace/${directory}`}</p>
      {failure !== null && <Failure error={failure} />}
      {files.isPending && <Loading what="the files" />}
      {files.isError && <Failure error={files.error} retry={() => void files.refetch()} />}
      {files.data && (
        <ListBox
          className="menu file-list scroll"
          aria-label="Files"
          autoFocus
          selectionMode="none"
          onAction={(key) => {
            if (key === '..') setDirectory(parent);
            else if (files.data.find((entry) => entry.path === key)?.kind === 'directory') setDirectory(String(key));
            else open(String(key));
          }}
          renderEmptyState={() => <p className="pad mid">This folder is empty.</p>}
        >
          {directory !== '' && (
            <ListBoxItem id=".." textValue="Up">
              <CornerLeftUp className="i" aria-hidden />
              Up
            </ListBoxItem>
          )}
          {files.data.map((entry) => (
            <ListBoxItem key={entry.path} id={entry.path} textValue={entry.path}>
              {entry.kind === 'directory' ? <Folder className="i" aria-hidden /> : <FileText className="i" aria-hidden />}
              <span className="mono">{entry.path.slice(entry.path.lastIndexOf('/') + 1)}</span>
              {entry.kind === 'file' && <span className="cap">{formatBytes(entry.size)}</span>}
            </ListBoxItem>
          ))}
        </ListBox>
      )}
    </Dialog>
  );
}
