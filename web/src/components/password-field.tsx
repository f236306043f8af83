"use client";

import { Eye, EyeOff } from "lucide-react";
import { useState } from "react";
import { useTranslations } from "use-intl";
import { Field } from "./field.tsx";
import { IconButton } from "./icon-button.tsx";

interface Props {
  name: string;
  label: string;
  autoComplete: "new-password" | "current-password";
  hint?: string;
  fault?: string | undefined;
  autoFocus?: boolean;
  required?: boolean;
}

export function PasswordField(props: Props) {
  const t = useTranslations("fields");
  const [isShown, setIsShown] = useState(false);
  return (
    <Field
      required
      {...props}
      type={isShown ? "text" : "password"}
      spellCheck={false}
      autoCapitalize="none"
      trailing={
        <IconButton
          label={isShown ? t("hidePassword") : t("showPassword")}
          className="me-1.5"
          onClick={() => setIsShown(!isShown)}
        >
          {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
        </IconButton>
      }
    />
  );
}
