const EVERYONE = ["owner", "admin", "member"] as const;
const ADMINS = ["owner", "admin"] as const;
const OWNER = ["owner"] as const;
const PLATFORM = ["superadmin"] as const;

export type RoleName = (typeof EVERYONE)[number] | (typeof PLATFORM)[number];

interface Rule {
  readonly roles: readonly RoleName[];
  /** Whether a personal access token can be given it. */
  readonly isScope?: true;
  /** Whether somebody has it whose tenant wants a second factor, and who has none yet: enough to set one up. */
  readonly isOpenBeforeMfa?: true;
}

/**
 * Who may do what: `resource:action`, by role. What is not here nobody may do.
 *
 * `journal` is everybody's own alone. No role reads another's, which is why there is no permission that says so.
 */
export const PERMISSIONS = {
  "account:read": { roles: EVERYONE, isScope: true, isOpenBeforeMfa: true },
  "account:write": { roles: EVERYONE },
  /** Ways in, devices, tokens, erasure. */
  "account:secure": { roles: EVERYONE, isOpenBeforeMfa: true },
  "journal:read": { roles: EVERYONE, isScope: true },
  "journal:write": { roles: EVERYONE, isScope: true },
  "tenant:read": { roles: EVERYONE },
  "tenant:write": { roles: ADMINS },
  "tenant:transfer": { roles: OWNER },
  /** Whoever does not want a second factor where one is asked for can go. */
  "tenant:leave": { roles: EVERYONE, isOpenBeforeMfa: true },
  "tenant:audit": { roles: ADMINS },
  "members:read": { roles: ADMINS },
  "members:write": { roles: ADMINS },
  "invitations:read": { roles: ADMINS },
  "invitations:write": { roles: ADMINS },
  "invitations:accept": { roles: EVERYONE },
  "platform:read": { roles: PLATFORM },
  "platform:write": { roles: PLATFORM },
} as const satisfies Readonly<Record<`${string}:${string}`, Rule>>;

export type Permission = keyof typeof PERMISSIONS;

/** What a personal access token can be allowed. */
export const SCOPES = (Object.keys(PERMISSIONS) as Permission[]).filter(
  (permission) => (PERMISSIONS[permission] as Rule).isScope === true,
);

export const ruleOf = (permission: Permission): Rule => PERMISSIONS[permission];
