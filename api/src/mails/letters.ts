/** What a mail says: paragraphs of plain text, links that stand by themselves, and lists of facts. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly Paragraph[];
}

export type Paragraph =
  | string
  | { readonly link: string; readonly label: string }
  | { readonly facts: readonly (readonly [name: string, value: string])[] };

/** From where something was done: what a person recognises. */
export interface Whence {
  /** Such as "Firefox on Linux". */
  readonly device: string;
  /** In the reader's own zone. */
  readonly at: string;
}

/** Every mail that is sent, in one language. A `link` carries its token in the fragment, which browsers send nowhere. */
export interface Letters {
  /** The tag of the language. */
  readonly language: string;
  /** Names a device by the program and the system on it, as far as they are known. */
  device(program: string | undefined, system: string | undefined): string;
  verifyEmail(link: string): Letter;
  accountExists(signInUrl: string): Letter;
  resetPassword(link: string): Letter;
  passwordChanged(whence: Whence): Letter;
  /** Strangers fail to sign in; `link` lets the owner in from the browser that opens it. */
  signInGuarded(link: string): Letter;
  /** Nobody can sign in by password until it is set anew. */
  passwordBlocked(link: string): Letter;
  newDevice(whence: Whence): Letter;
  sessionReused(whence: Whence): Letter;
  secondFactorOn(whence: Whence): Letter;
  secondFactorOff(whence: Whence): Letter;
  /** Somebody gets as far as the second factor and fails there. */
  secondFactorGuessed(whence: Whence): Letter;
  recoveryCodesMade(whence: Whence): Letter;
  recoveryCodeUsed(whence: Whence, left: number): Letter;
  passkeyAdded(name: string, whence: Whence): Letter;
  passkeyRemoved(name: string, whence: Whence): Letter;
  providerLinked(provider: string, identity: string, whence: Whence): Letter;
  providerUnlinked(provider: string, identity: string, whence: Whence): Letter;
  apiTokenMade(name: string, whence: Whence): Letter;
  /** To the new address. */
  confirmEmail(link: string): Letter;
  /** To the address so far. */
  emailChanging(newEmail: string, cancelLink: string): Letter;
  /** To the address until now. */
  emailChanged(newEmail: string, undoLink: string): Letter;
  /** To the address that the account has again; `link` sets a password. */
  emailChangeUndone(link: string): Letter;
  /** To the owner of an address that somebody asked to use for another account. */
  emailInUse(): Letter;
  /** To an address that an account had until a short time ago, and may take back. */
  emailReserved(): Letter;
  invitation(tenant: string, inviter: string, link: string): Letter;
  memberRemoved(tenant: string): Letter;
  roleChanged(tenant: string, role: "owner" | "admin" | "member"): Letter;
  accountSuspended(): Letter;
  accountErased(receipt: {
    readonly id: string;
    readonly requestedAt: string;
    readonly unreadableAfter: string;
  }): Letter;
}
