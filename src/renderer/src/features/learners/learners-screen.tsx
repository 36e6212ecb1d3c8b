/** All learners of this machine: add, switch, rename, delete, export, import. */
import { Download, Pencil, Trash2, Upload } from 'lucide-react';
import { useState } from 'react';
import { FileTrigger } from 'react-aria-components';
import { useLocation } from 'wouter';
import type { Learner } from '../../../../shared/contract/values.ts';
import { announce } from '../../app/announce.tsx';
import { attempt, showNotice } from '../../app/notice.tsx';
import { useClient } from '../../connection/context.ts';
import { useLearners } from '../../connection/queries.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { count, formatDay, initials } from '../../ui/format.ts';
import { Failure, Loading } from '../../ui/states.tsx';
import { VerdictGlyph } from '../../ui/verdict.tsx';
import { AddLearner } from './add-learner.tsx';
import { DeleteLearnerDialog, RenameLearnerDialog } from './learner-dialogs.tsx';
import { saveFile } from './save-file.ts';
import './learners.css';

type Open = { kind: 'rename' | 'delete'; learner: Learner } | null;

export default function LearnersScreen({ adding }: { adding: boolean }) {
  const client = useClient();
  const learners = useLearners();
  const [open, setOpen] = useState<Open>(null);
  const [imported, setImported] = useState<string | null>(null);
  const [importing, setImporting] = useState(false);
  const [, navigate] = useLocation();
  const close = () => setOpen(null);
  const exportLearner = async (learner: Learner) => {
    const file = await attempt(client.learners.export({ learnerId: learner.id }));
    if (!file) return;
    saveFile(file.fileName, file.content);
    announce(`${learner.name} exported as ${file.fileName}.`);
  };
  const importFile = async (files: FileList | null) => {
    const file = files?.[0];
    if (!file) return;
    setImporting(true);
    setImported(null);
    const content = await file.text().catch(() => null);
    const answer = content === null ? undefined : await attempt(client.learners.import({ content }));
    setImporting(false);
    if (content === null)
      showNotice({
        title: 'The file cannot be read',
        message: `${file.name} gave no content.`,
        next: 'Look at its rights, or choose another.',
      });
    if (!answer) return;
    setImported(
      answer.added === 0
        ? `${answer.learner.name}: 0 added, ${answer.known} known already. Nothing was changed.`
        : `${answer.learner.name}: ${count(answer.added, 'record')} added, ${answer.known} known already.`,
    );
    await learners.refetch();
  };
  return (
    <main className="panel" id="main" tabIndex={-1} data-region="learners">
      <div className="screenhead">
        <div className="grow">
          <h1 className="h-page">Learners</h1>
          <p className="mid">Each has progress and a command history of their own, kept on this machine.</p>
        </div>
        <FileTrigger acceptedFileTypes={['.opslab', '.json', '.jsonl', 'application/json']} onSelect={(files) => void importFile(files)}>
          <Button busy={importing}>
            <Upload className="i" aria-hidden />
            Import a learner
          </Button>
        </FileTrigger>
      </div>
      {imported && (
        <div className="note fixed" role="status">
          <VerdictGlyph verdict="fixed" lamp />
          <div>
            <strong>Imported.</strong>
            <p>{imported}</p>
          </div>
        </div>
      )}
      <div className="pbody">
        <AddLearner wanted={adding} onFocus={() => navigate('/learners', { replace: true })} onAdded={() => void learners.refetch()} />
        {learners.isPending && <Loading what="the learners" />}
        {learners.isError && <Failure error={learners.error} retry={() => void learners.refetch()} />}
        {learners.data && (
          <ul className="learners" aria-label="Learners">
            {learners.data.map((learner) => (
              <li key={learner.id}>
                <span className="avatar" aria-hidden="true">
                  {initials(learner.name)}
                </span>
                <div className="grow">
                  <h2 className="strong ell">{learner.name}</h2>
                  <p className="cap">
                    since {formatDay(learner.createdAt)}, {count(learner.sessions, 'session')}, {count(learner.commands, 'command')}
                  </p>
                </div>
                {learner.current ? (
                  <span className="tag">practising now</span>
                ) : (
                  <Button
                    onPress={() => void attempt(client.learners.switchTo({ learnerId: learner.id }))}
                    aria-label={`Switch to ${learner.name}`}
                  >
                    Switch
                  </Button>
                )}
                <IconButton label={`Rename ${learner.name}`} onPress={() => setOpen({ kind: 'rename', learner })}>
                  <Pencil className="i" aria-hidden />
                </IconButton>
                <IconButton label={`Export ${learner.name}`} onPress={() => void exportLearner(learner)}>
                  <Download className="i" aria-hidden />
                </IconButton>
                <IconButton
                  label={`Delete ${learner.name}`}
                  isDisabled={learners.data.length < 2}
                  onPress={() => setOpen({ kind: 'delete', learner })}
                >
                  <Trash2 className="i" aria-hidden />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
      </div>
      {open?.kind === 'rename' && (
        <RenameLearnerDialog
          learner={open.learner}
          onClose={close}
          onName={(name) => client.learners.rename({ learnerId: open.learner.id, name })}
        />
      )}
      {open?.kind === 'delete' && (
        <DeleteLearnerDialog
          learner={open.learner}
          onClose={close}
          onDelete={(confirmName) => client.learners.remove({ learnerId: open.learner.id, confirmName })}
        />
      )}
    </main>
  );
}
