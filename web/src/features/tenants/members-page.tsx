"use client";

import type { Member, Role } from "@timos/api/contract";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Button } from "@/components/button.tsx";
import { ConfirmDialog } from "@/components/confirm-dialog.tsx";
import { Failure } from "@/components/failure.tsx";
import { LoadedPages } from "@/components/loaded.tsx";
import { PageHeading } from "@/components/page-heading.tsx";
import { Badge, Row, Rows } from "@/components/rows.tsx";
import { selectLook } from "@/components/select.tsx";
import { useToast } from "@/components/toast.tsx";
import { useInstant } from "@/features/account/use-instant.ts";
import { useUser } from "@/features/account/use-user.ts";
import { useTimos } from "@/lib/client.tsx";
import { usePages } from "@/lib/pages.ts";

const nameOf = ({ displayName, email }: Member) => displayName || email;

export function MembersPage() {
  const t = useTranslations("tenant");
  const { api, session } = useTimos();
  const toast = useToast();
  const queries = useQueryClient();
  const [removing, setRemoving] = useState<Member>();
  const [heir, setHeir] = useState<Member>();
  const members = usePages(["tenant", "members"], (asked) => api.tenants.listMembers(asked));
  const refresh = () => queries.invalidateQueries({ queryKey: ["tenant"] });
  const change = useMutation({
    mutationFn: ({ id, role }: { id: string; role: Role }) =>
      api.tenants.patchMember({ params: { userId: id }, body: { role } }),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: (id: string) => api.tenants.removeMember({ params: { userId: id } }),
    onSuccess: () => {
      setRemoving(undefined);
      return refresh();
    },
  });
  const transfer = useMutation({
    mutationFn: ({ id }: Member) => api.tenants.transferTenant({ body: { userId: id } }),
    onSuccess: async (_, member) => {
      setHeir(undefined);
      toast({ text: t("members.transferred", { name: nameOf(member) }) });
      session.update(await api.account.get());
      await refresh();
    },
  });

  return (
    <>
      <PageHeading title={t("places.members")}>{t("members.hint")}</PageHeading>
      <div className="grid gap-5">
        <Failure of={change.error} />
        <LoadedPages query={members} none="">
          {(items) => (
            <Rows label={t("places.members")}>
              {items.map((member) => (
                <MemberRow
                  key={member.id}
                  member={member}
                  isBusy={change.isPending}
                  onRole={(role) => change.mutate({ id: member.id, role })}
                  onRemove={() => setRemoving(member)}
                  onTransfer={() => setHeir(member)}
                />
              ))}
            </Rows>
          )}
        </LoadedPages>
      </div>
      {removing && (
        <ConfirmDialog
          title={t("members.removeTitle", { name: nameOf(removing) })}
          label={t("members.remove")}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(removing.id)}
          onDismiss={() => setRemoving(undefined)}
        >
          <p>{t("members.removeText")}</p>
        </ConfirmDialog>
      )}
      {heir && (
        <ConfirmDialog
          title={t("members.transferTitle", { name: nameOf(heir) })}
          label={t("members.transfer")}
          isBusy={transfer.isPending}
          error={transfer.error}
          onConfirm={() => transfer.mutate(heir)}
          onDismiss={() => setHeir(undefined)}
        >
          <p>{t("members.transferText")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}

interface Props {
  member: Member;
  isBusy: boolean;
  onRole: (role: Role) => void;
  onRemove: () => void;
  onTransfer: () => void;
}

const CHANGEABLE: readonly Role[] = ["admin", "member"];
const isChangeable = (text: string): text is Role => CHANGEABLE.some((role) => role === text);

function MemberRow({ member, isBusy, onRole, onRemove, onTransfer }: Props) {
  const t = useTranslations("tenant");
  const { id, role } = useUser();
  const { onDay } = useInstant();
  const name = nameOf(member);
  const isSelf = member.id === id;
  const isOwner = member.role === "owner";
  return (
    <Row
      title={
        <>
          {name}
          {isSelf && <Badge>{t("members.you")}</Badge>}
          {member.status === "suspended" && <Badge>{t("members.suspended")}</Badge>}
        </>
      }
      details={[
        member.displayName !== "" && member.email,
        (isSelf || isOwner) && t(`roles.${member.role}`),
        member.hasSecondFactor ? t("members.secondFactor") : t("members.noSecondFactor"),
        t("members.since", { date: onDay(member.createdAt) }),
      ]}
      actions={
        !isSelf &&
        !isOwner && (
          <>
            <select
              aria-label={t("members.role", { name })}
              value={member.role}
              disabled={isBusy}
              className={selectLook}
              onChange={(event) => isChangeable(event.target.value) && onRole(event.target.value)}
            >
              {CHANGEABLE.map((each) => (
                <option key={each} value={each}>
                  {t(`roles.${each}`)}
                </option>
              ))}
            </select>
            {role === "owner" && (
              <Button
                look="quiet"
                aria-label={t("members.transferName", { name })}
                onClick={onTransfer}
              >
                {t("members.transfer")}
              </Button>
            )}
            <Button look="quiet" aria-label={t("members.removeName", { name })} onClick={onRemove}>
              {t("members.remove")}
            </Button>
          </>
        )
      }
    />
  );
}
