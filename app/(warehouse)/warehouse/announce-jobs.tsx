'use client';

import { Volume2, VolumeX } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useEffect, useRef, useState } from 'react';
import { Button } from '#app/ui/button.tsx';

const storageKey = 'mcf-warehouse-sound';

/** Tells of jobs that came while somebody looked: to screen readers always, by a short sound when it is on. */
export function AnnounceJobs({ jobs }: { jobs: { id: string; words: string }[] }) {
  const t = useTranslations('consumables.board');
  const known = useRef<Set<string> | null>(null);
  const [isOn, setIsOn] = useState(false);
  const [said, setSaid] = useState('');

  useEffect(() => setIsOn(localStorage.getItem(storageKey) === 'on'), []);

  useEffect(() => {
    const arrived = known.current ? jobs.filter(({ id }) => !known.current!.has(id)) : [];
    known.current = new Set([...(known.current ?? []), ...jobs.map(({ id }) => id)]);
    if (arrived.length === 0) return;
    setSaid(arrived.map(({ words }) => words).join('. '));
    if (isOn) playTwoNotes();
  }, [jobs, isOn]);

  return (
    <>
      <Button
        variant="quiet"
        className="-my-2"
        aria-pressed={isOn}
        onClick={() => {
          localStorage.setItem(storageKey, isOn ? 'off' : 'on');
          setIsOn(!isOn);
          if (!isOn) playTwoNotes();
        }}
      >
        {isOn ? <Volume2 aria-hidden="true" /> : <VolumeX aria-hidden="true" />}
        {t(isOn ? 'soundOn' : 'soundOff')}
      </Button>
      <p role="status" className="sr-only">
        {said}
      </p>
    </>
  );
}

let audio: AudioContext | undefined;

function playTwoNotes() {
  audio ??= new AudioContext();
  const start = audio.currentTime;
  for (const [index, pitch] of [660, 880].entries()) {
    const note = audio.createOscillator();
    const volume = audio.createGain();
    note.frequency.value = pitch;
    const at = start + index * 0.16;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.15);
    note.connect(volume).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.16);
  }
}
