import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { announce } from '../app/announce.tsx';
import { Button, IconButton } from './button.tsx';
import { copyText } from './copy.ts';

/** Copies a text and says so for a moment. With `label` it shows words, otherwise an icon. */
export function CopyButton({ text, label, name }: { text: string; label?: string; name: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const worked = await copyText(text);
    setCopied(worked);
    announce(worked ? 'Copied.' : 'Copying is not possible here.');
  };
  const icon = copied ? <Check className="i" aria-hidden /> : <Copy className="i" aria-hidden />;
  if (!label) {
    return (
      <IconButton label={name} onPress={() => void copy()}>
        {icon}
      </IconButton>
    );
  }
  return (
    <Button onPress={() => void copy()}>
      {icon}
      {copied ? 'Copied' : label}
    </Button>
  );
}

/** A command to be typed somewhere else, with a button that copies it. */
export function CommandLine({ command }: { command: string }) {
  return (
    <div className="cmdline">
      <span className="p" aria-hidden="true">
        $
      </span>
      <code>{command}</code>
      <CopyButton text={command} name={`Copy the command ${command}`} />
    </div>
  );
}
