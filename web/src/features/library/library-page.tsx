"use client";

import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import Link from "next/link";
import { type ReactNode, useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Loaded } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { textOf } from "@/lib/form.ts";
import { newId } from "@/lib/id.ts";
import { EditDialog } from "./edit-dialog.tsx";
import { Empty } from "./empty.tsx";
import type { Kind, LibraryRecord } from "./kind.ts";
import { type MenuItem, RowMenu } from "./row-menu.tsx";
import { SortableRows } from "./sortable-rows.tsx";
import { movedTo } from "./reorder.ts";
import { Unreadable } from "./unreadable.tsx";
import { isMismatch, useLibrary, useRecords, useRefresh } from "./use-library.ts";

interface Props<R extends LibraryRecord, F> {
  kind: Kind<R, F>;
  glyphOf?: (record: R) => ReactNode;
  detailsOf: (record: R) => readonly (string | false | null)[];
  /** The page of a record, where it has one. */
  hrefOf?: (record: R) => string;
  /** What can be done with a record besides what can be done with all, and whether it can be deleted. */
  menuOf?: (record: R) => { readonly items: readonly MenuItem[]; readonly isRemovable: boolean };
  /** The name of archiving, where the kind has another for it. */
  archiveLabel?: string;
  /** The form of a record, or with null of a new one. */
  fields: (record: R | null, error: unknown) => ReactNode;
  faultFields: readonly string[];
  read: (data: FormData) => F;
  notice?: ReactNode;
  /** Stands below for as long as somebody begins. */
  beginning?: (records: readonly R[], add: (fields: F, name: string) => void) => ReactNode;
}

/** The page of a kind of record: all there are, and whatever can be done with them. */
export function LibraryPage<R extends LibraryRecord, F>(props: Props<R, F>) {
  const { kind, notice } = props;
  const t = useTranslations("library");
  const places = useTranslations("journal.places");
  const records = useRecords(kind);
  const [editing, setEditing] = useState<Editing<R> | null>(null);
  return (
    <>
      <div className="flex flex-wrap items-start justify-between gap-x-6 pb-2">
        <PageHeading title={places(kind.name)}>{t(`kinds.${kind.name}.hint`)}</PageHeading>
        <Button className="mb-8 min-h-11" onClick={() => setEditing({ id: newId(), record: null })}>
          <Plus aria-hidden className="size-4.5" />
          {t(`kinds.${kind.name}.add`)}
        </Button>
      </div>
      <div className="grid gap-8">
        {notice}
        <Loaded query={records}>
          {({ items, unreadable }) => (
            <>
              <Unreadable count={unreadable} />
              <All
                {...props}
                items={items}
                onEdit={(record) => setEditing({ id: record.id, record })}
              />
              {editing && (
                <Editor
                  {...props}
                  key={editing.id}
                  editing={editing}
                  rev={items.find(({ id }) => id === editing.id)?.rev ?? 0}
                  onClose={() => setEditing(null)}
                />
              )}
            </>
          )}
        </Loaded>
      </div>
    </>
  );
}

/** What is in the form: a record as it was when that opened, or a new one under the id that it will have. */
interface Editing<R> {
  readonly id: string;
  readonly record: R | null;
}

interface AllProps<R extends LibraryRecord, F> extends Props<R, F> {
  items: readonly R[];
  onEdit: (record: R) => void;
}

function All<R extends LibraryRecord, F>(props: AllProps<R, F>) {
  const { kind, items, beginning, onEdit } = props;
  const { titleOf } = kind;
  const t = useTranslations("library");
  const places = useTranslations("journal.places");
  const library = useLibrary(kind);
  const [removing, setRemoving] = useState<R | null>(null);
  const removal = useMutation({
    mutationFn: library.remove,
    onSuccess: () => setRemoving(null),
    onSettled: useRefresh(),
  });
  const [isBeginning, setIsBeginning] = useState(items.length === 0);
  if (items.length === 0 && !isBeginning) setIsBeginning(true);

  const shown = items.filter(({ archived }) => archived !== true);
  const archived = items.filter((record) => record.archived === true);
  const ids = shown.map(({ id }) => id);

  // What goes to the trash is asked for nothing: that can be undone. What may be archived instead is worth a word.
  const remove = (record: R) => {
    if (kind.withArchived) setRemoving(record);
    else library.act.mutate(() => library.remove(record));
  };
  const menuOf = (record: R, place: number): MenuItem[] => {
    const own = props.menuOf?.(record) ?? { items: [], isRemovable: true };
    const move = (label: string, to: number) => ({
      label,
      run: () => library.reorder.mutate(movedTo(ids, record.id, to)),
    });
    return [
      { label: t("actions.edit"), run: () => onEdit(record) },
      ...(kind.reorder && place > 0 ? [move(t("actions.moveUp"), place - 1)] : []),
      ...(kind.reorder && place >= 0 && place < ids.length - 1
        ? [move(t("actions.moveDown"), place + 1)]
        : []),
      ...own.items,
      ...(kind.withArchived && record.archived !== true
        ? [
            {
              label: props.archiveLabel ?? t("actions.archive"),
              run: () => library.archive(record, true),
            },
          ]
        : []),
      ...(own.isRemovable
        ? [{ label: t("actions.remove"), run: () => remove(record), isDangerous: true }]
        : []),
    ];
  };
  const rowOf = (record: R, handle: ReactNode) => (
    <RecordRow {...props} record={record} handle={handle}>
      {record.archived === true && (
        <Button look="quiet" className="min-h-11" onClick={() => library.archive(record, false)}>
          {t("actions.bringBack")}
          <span className="sr-only"> {titleOf(record)}</span>
        </Button>
      )}
      <RowMenu
        label={t("actions.more", { name: titleOf(record) })}
        items={menuOf(record, ids.indexOf(record.id))}
      />
    </RecordRow>
  );

  return (
    <>
      {shown.length === 0 ? (
        <Empty title={t(`kinds.${kind.name}.none`)} hint={t(`kinds.${kind.name}.noneHint`)} />
      ) : (
        <SortableRows
          label={places(kind.name)}
          items={shown}
          nameOf={titleOf}
          onReorder={
            kind.reorder && shown.length > 1 ? (order) => library.reorder.mutate(order) : undefined
          }
        >
          {rowOf}
        </SortableRows>
      )}
      {isBeginning &&
        beginning?.(items, (fields, name) =>
          library.act.mutate(async () => {
            await library.put(newId(), 0, fields);
            library.sayAdded(name);
          }),
        )}
      {archived.length > 0 && (
        <details>
          <summary className="flex min-h-11 items-center gap-2 text-soft hover:text-ink">
            {t(`kinds.${kind.name}.archived`)}
            <span className="text-faint tabular-nums">{archived.length}</span>
          </summary>
          <SortableRows label={t(`kinds.${kind.name}.archived`)} items={archived} nameOf={titleOf}>
            {rowOf}
          </SortableRows>
        </details>
      )}
      {removing && (
        <ConfirmDialog
          title={t("removeTitle", { name: titleOf(removing) })}
          label={t("actions.remove")}
          isBusy={removal.isPending}
          error={removal.error}
          onConfirm={() => removal.mutate(removing)}
          onDismiss={() => {
            removal.reset();
            setRemoving(null);
          }}
        >
          <p>{t("removeText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface RowProps<R extends LibraryRecord, F> extends Props<R, F> {
  record: R;
  handle: ReactNode;
  children: ReactNode;
}

function RecordRow<R extends LibraryRecord, F>(props: RowProps<R, F>) {
  const { kind, record, glyphOf, detailsOf, hrefOf, handle, children } = props;
  const title = kind.titleOf(record);
  const details = detailsOf(record).filter((detail) => typeof detail === "string" && detail !== "");
  return (
    <div className="flex items-center gap-3 py-2.5">
      {handle}
      {glyphOf?.(record)}
      <div className="grid min-w-0 flex-1 gap-0.5 py-1">
        {hrefOf ? (
          <Link href={hrefOf(record)} className="font-medium hover:text-accent">
            {title}
          </Link>
        ) : (
          <p className="font-medium">{title}</p>
        )}
        {details.length > 0 && (
          <p className="text-sm text-soft [overflow-wrap:anywhere]">{details.join(" · ")}</p>
        )}
      </div>
      <div className="-me-2 flex shrink-0 items-center">{children}</div>
    </div>
  );
}

interface EditorProps<R extends LibraryRecord, F> extends Props<R, F> {
  editing: Editing<R>;
  /** Its revision as the list has it by now. */
  rev: number;
  onClose: () => void;
}

function Editor<R extends LibraryRecord, F>(props: EditorProps<R, F>) {
  const { kind, editing, rev, fields, faultFields, read, onClose } = props;
  const { id, record } = editing;
  const t = useTranslations("library");
  const { put, sayAdded } = useLibrary(kind);
  const save = useMutation({
    mutationFn: ({ data, seen }: { data: FormData; seen: number }) =>
      put(id, seen, { ...(record && kind.fieldsOf(record)), ...read(data) }),
    onSuccess: (_, { data }) => {
      const name = textOf(data, "name");
      if (record === null && name !== "") sayAdded(name);
      onClose();
    },
    onSettled: useRefresh(),
  });
  // Whoever was told that it was changed elsewhere, and saves again, means it.
  const seen = isMismatch(save.error) ? rev : (record?.rev ?? 0);
  return (
    <EditDialog
      title={t(`kinds.${kind.name}.${record ? "edit" : "add"}`)}
      isBusy={save.isPending}
      error={save.error}
      faultFields={faultFields}
      onSave={(data) => save.mutate({ data, seen })}
      onDismiss={onClose}
    >
      {fields(record, save.error)}
    </EditDialog>
  );
}
