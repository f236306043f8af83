import type { Letter, Letters, Paragraph, Whence } from "./letters.ts";
import { named } from "./named.ts";

// Letters with a link are in ASCII: a mail that needs no encoding keeps its links as they are, whatever program reads it.

const notice = (subject: string, whence: Whence, ...paragraphs: Paragraph[]): Letter => ({
  subject,
  paragraphs: [
    ...paragraphs,
    {
      facts: [
        ["Device", whence.device],
        ["Time", whence.at],
      ],
    },
    "If this was not you, change your password at once and sign out everywhere else.",
  ],
});

export const en: Letters = {
  language: "en",
  device: (program, system) =>
    system === undefined
      ? (program ?? "An unknown device")
      : `${program ?? "A browser"} on ${system}`,
  verifyEmail: (link) => ({
    subject: "Confirm your e-mail address for TimOS",
    paragraphs: [
      "Welcome to TimOS.",
      "Open this link to confirm your e-mail address and sign in. It works once, within 24 hours.",
      { link, label: "Confirm the address" },
      "If you did not sign up, ignore this mail. Without the link nobody can use the account.",
    ],
  }),
  accountExists: (link) => ({
    subject: "You already have a TimOS account",
    paragraphs: [
      "Someone, probably you, signed up for TimOS with this address. You have an account already.",
      { link, label: "Sign in" },
      "If it was not you, there is nothing to do. Nothing was changed.",
    ],
  }),
  resetPassword: (link) => ({
    subject: "Choose a new password for TimOS",
    paragraphs: [
      "Open this link to choose a new password. It works once, within 30 minutes.",
      { link, label: "Choose a password" },
      "If you did not ask for it, ignore this mail. Your password stays as it is.",
    ],
  }),
  passwordChanged: (whence) =>
    notice(
      "Your TimOS password was changed",
      whence,
      "Your password was changed. All other devices were signed out.",
    ),
  signInGuarded: (link) => ({
    subject: "Somebody is trying to sign in to your TimOS account",
    paragraphs: [
      "There were many failed attempts to sign in to your account. Browsers that you have used before can sign in as always; others have to wait.",
      "To sign in from a new browser now, open this link there. It works once, within 10 minutes.",
      { link, label: "Sign in from this browser" },
      "Nobody got in. You need not do anything.",
    ],
  }),
  passwordBlocked: (link) => ({
    subject: "Your TimOS password was switched off",
    paragraphs: [
      "There were a hundred failed attempts to sign in to your account, so its password is not accepted any more. Nobody got in.",
      "Open this link to choose a new one. It works once, within a day; you can ask for another at any time.",
      { link, label: "Choose a password" },
      "Passkeys and connected accounts sign you in as always.",
    ],
  }),
  newDevice: (whence) =>
    notice(
      "New sign-in to TimOS",
      whence,
      "You signed in from a browser that has not been used for your account before.",
    ),
  sessionReused: (whence) =>
    notice(
      "A TimOS session was ended",
      whence,
      "The same key to a session was used twice, which happens when it was copied from a device. The session was ended. Sign in again.",
    ),
  secondFactorOn: (whence) =>
    notice(
      "Two-factor sign-in is on",
      whence,
      "From now on signing in takes a code from your authenticator app. Keep your recovery codes where you find them without your phone.",
    ),
  secondFactorOff: (whence) =>
    notice(
      "Two-factor sign-in is off",
      whence,
      "Signing in takes no code any more. Trusted devices and recovery codes were removed.",
    ),
  secondFactorGuessed: (whence) =>
    notice(
      "Wrong codes for your TimOS account",
      whence,
      "Somebody got as far as the second factor of your account and entered five wrong codes. Those codes let nobody in.",
      "Whoever it was knows your password, or has your mailbox or a connected account.",
    ),
  recoveryCodesMade: (whence) =>
    notice("New recovery codes for TimOS", whence, "The earlier recovery codes work no more."),
  recoveryCodeUsed: (whence, left) =>
    notice(
      "A TimOS recovery code was used",
      whence,
      `A recovery code was used to sign in. ${left} of them are left.`,
    ),
  passkeyAdded: (name, whence) =>
    notice("A passkey was added to TimOS", whence, `The passkey “${name}” can sign you in now.`),
  passkeyRemoved: (name, whence) =>
    notice(
      "A passkey was removed from TimOS",
      whence,
      `The passkey “${name}” cannot sign you in any more.`,
    ),
  providerLinked: (provider, identity, whence) =>
    notice(
      `${provider} can sign you in to TimOS`,
      whence,
      `Your account was connected with ${identity} at ${provider}.`,
    ),
  providerUnlinked: (provider, identity, whence) =>
    notice(
      `${provider} cannot sign you in to TimOS any more`,
      whence,
      `The connection with ${identity} at ${provider} was removed.`,
    ),
  apiTokenMade: (name, whence) =>
    notice(
      "A TimOS access token was made",
      whence,
      `The token “${name}” lets a program use your account.`,
    ),
  confirmEmail: (link) => ({
    subject: "Confirm your new e-mail address for TimOS",
    paragraphs: [
      "Somebody asked to use this address for their TimOS account. If it was you, open this link. It works once, within 60 minutes.",
      { link, label: "Use this address" },
      "If it was not you, do nothing: it is not your account, and it keeps the address it has.",
    ],
  }),
  emailChanging: (newEmail, link) => ({
    subject: "Your TimOS e-mail address is about to change",
    paragraphs: [
      `Somebody, probably you, asked to use ${newEmail} for your account. It is used once that address is confirmed.`,
      "If it was not you, open this link to stop it, and change your password.",
      { link, label: "Keep this address" },
    ],
  }),
  emailChanged: (newEmail, link) => ({
    subject: "Your TimOS e-mail address was changed",
    paragraphs: [
      `Your account uses ${newEmail} now.`,
      "If it was not you, open this link within 48 hours to have this address back and sign everybody out.",
      { link, label: "Take it back" },
    ],
  }),
  emailChangeUndone: (link) => ({
    subject: "Your TimOS e-mail address is this one again",
    paragraphs: [
      "The change of your e-mail address was undone. Everybody was signed out, access tokens were revoked, and whatever was added to your account to sign in with, since the change was asked for or in the week before, was removed, an authenticator app included. Invitations from your account that nobody had accepted were taken back.",
      "Your password is not accepted any more, since whoever changed the address may know it. Open this link to choose a new one. It works once, within 30 minutes; you can ask for another at any time.",
      { link, label: "Choose a password" },
    ],
  }),
  emailInUse: () => ({
    subject: "Somebody asked to use your e-mail address on TimOS",
    paragraphs: [
      "Somebody asked to use this address for another TimOS account. It belongs to yours, so nothing was changed, and they were not told.",
      "If it was you: an address can be used for one account only.",
    ],
  }),
  emailReserved: () => ({
    subject: "This e-mail address cannot be used on TimOS yet",
    paragraphs: [
      "Somebody, probably you, asked to use this address for a TimOS account. Until a short time ago it belonged to another account, and for 48 hours it is kept in case that change was not its owner's.",
      "If the account was yours and you did not change its address, open the link in the mail that told you of the change to have it back. Otherwise try again in two days.",
    ],
  }),
  invitation: (tenant, inviter, link) => ({
    subject: "You have an invitation on TimOS",
    paragraphs: [
      `"${named(inviter)}", as they call themselves, invites you to "${named(tenant)}". Nobody there can read what you write.`,
      { link, label: "Accept the invitation" },
      "It works once, within 7 days, for an account with this e-mail address.",
    ],
  }),
  memberRemoved: (tenant) => ({
    subject: `You were removed from ${named(tenant)} on TimOS`,
    paragraphs: [
      `An administrator removed you from "${named(tenant)}". Your account and your journal are as they were, in a space of your own.`,
      "Nobody there could read what you write, and nobody can now.",
    ],
  }),
  roleChanged: (tenant, role) => ({
    subject: `You have another role in ${named(tenant)} on TimOS`,
    paragraphs: [
      `You are ${{ owner: "an owner", admin: "an administrator", member: "a member" }[role]} of "${named(tenant)}" now.`,
      "Your account and your journal are as they were. No role lets anybody read what another writes.",
    ],
  }),
  accountSuspended: () => ({
    subject: "Your TimOS account was suspended",
    paragraphs: [
      "An administrator suspended your account and signed you out everywhere. Nothing of yours was deleted, and nobody can read it.",
      "Ask whoever runs this server.",
    ],
  }),
  accountErased: ({ id, requestedAt, unreadableAfter }) => ({
    subject: "Your TimOS account was erased",
    paragraphs: [
      "Your account and the keys to your journal were destroyed. What you wrote cannot be opened any more.",
      `Backups of the keys are kept for a few days, and then deleted. After ${unreadableAfter} (UTC) nobody can open anything of yours, backups included.`,
      {
        facts: [
          ["Receipt", id],
          ["Requested", requestedAt],
        ],
      },
      "This mail and the answer you were shown are the only receipts. If this was not you, tell whoever runs this server at once.",
    ],
  }),
};
