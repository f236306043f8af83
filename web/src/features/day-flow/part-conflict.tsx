"use client";

import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { Dialog } from "@/components/dialog.tsx";

/** One question, as it is answered on either side. */
export interface Answer {
  readonly question: string;
  readonly answer: string;
}

interface Props {
  /** What is on the screen, and what was saved elsewhere; null when that was thrown away. */
  mine: readonly Answer[];
  theirs: readonly Answer[] | null;
  onKeep: (side: "mine" | "theirs" | "both") => void;
  onClose: () => void;
}

/** Two versions of one part of a day, question by question. Nothing is decided until the person decides. */
export default function PartConflict({ mine, theirs, onKeep, onClose }: Props) {
  const t = useTranslations("dayFlow.conflict");
  return (
    <Dialog title={theirs === null ? t("gone") : t("title")} onDismiss={onClose} width="wide">
      <p className="max-w-reading text-soft">{t("text")}</p>
      <div className="grid gap-4 md:grid-cols-2">
        <Side heading={t("mine")} answers={mine} other={theirs} />
        {theirs !== null && <Side heading={t("theirs")} answers={theirs} other={mine} />}
      </div>
      <div className="flex flex-wrap gap-3">
        {theirs !== null && <Button onClick={() => onKeep("both")}>{t("keepBoth")}</Button>}
        <Button look={theirs === null ? "primary" : "secondary"} onClick={() => onKeep("mine")}>
          {t("keepMine")}
        </Button>
        {theirs !== null && (
          <Button look="secondary" onClick={() => onKeep("theirs")}>
            {t("keepOther")}
          </Button>
        )}
        <Button look="quiet" onClick={onClose}>
          {t("later")}
        </Button>
      </div>
    </Dialog>
  );
}

interface SideProps {
  heading: string;
  answers: readonly Answer[];
  other: readonly Answer[] | null;
}

function Side({ heading, answers, other }: SideProps) {
  const t = useTranslations("dayFlow.conflict");
  return (
    <section
      aria-label={heading}
      className="grid min-w-0 content-start gap-3 rounded-md border border-line bg-raised p-4"
    >
      <h3 className="text-sm font-medium text-soft">{heading}</h3>
      <dl className="grid gap-3">
        {answers.map(({ question, answer }, index) => {
          const isSame = other?.[index]?.answer === answer;
          return (
            <div key={question} className={isSame ? "" : "border-s-2 border-accent bg-wash ps-2"}>
              <dt className="text-sm text-soft">{question}</dt>
              <dd className="font-serif text-lg break-words whitespace-pre-wrap">
                {answer || <span className="text-faint italic">{t("nothing")}</span>}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}
