import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import type { Problem } from '@souk/contracts/problem';
import { Failure } from './parts.tsx';

export interface DialogProps {
  readonly title: string;
  readonly children: ComponentChildren;
  /** Also called for Esc. */
  readonly onClose: () => void;
}

/** A modal dialog: the browser keeps the focus in it, closes it with Esc, and gives the focus back. */
export function Dialog({ title, children, onClose }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} class="ask" aria-labelledby={titleId} onCancel={(event) => { event.preventDefault(); onClose(); }}>
      <h2 id={titleId} tabIndex={-1}>{title}</h2>
      {children}
    </dialog>
  );
}

export interface ConfirmProps {
  readonly title: string;
  /** Said on the button: a verb and its object. */
  readonly verb: string;
  readonly isDanger?: boolean;
  /** Asks for a text of at most 500 characters, which `onConfirm` gets. */
  readonly reason?: string;
  readonly children?: ComponentChildren;
  /** Rejects never; a problem keeps the dialog open. */
  readonly onConfirm: (reason: string) => Promise<Problem | null>;
  readonly onClose: () => void;
}

const LONGEST_REASON = 500;

/** Asks before something is done, and stays open while it is done. */
export function Confirm({ title, verb, isDanger = false, reason, children, onConfirm, onClose }: ConfirmProps) {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const text = useRef<HTMLTextAreaElement>(null);
  const isGone = useRef(false);
  useEffect(() => () => { isGone.current = true; }, []);
  const confirm = async () => {
    setBusy(true);
    const refused = await onConfirm(text.current?.value.trim() ?? '');
    if (isGone.current) return;
    if (refused === null) return onClose();
    setBusy(false);
    setProblem(refused);
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!isBusy) void confirm();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={submit}>
        {children}
        {reason !== undefined && <label class="stacked">{reason}<textarea ref={text} autofocus required maxLength={LONGEST_REASON} rows={3} /></label>}
        {problem !== null && <Failure problem={problem} />}
        <div class="verbs">
          <button type="submit" class={isDanger ? 'danger' : 'primary'} aria-disabled={isBusy}>{isBusy ? 'One moment…' : verb}</button>
          <button type="button" onClick={onClose}>Leave it</button>
        </div>
      </form>
    </Dialog>
  );
}
