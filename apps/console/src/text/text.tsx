import { useLocalStorage } from '@mantine/hooks'
import { createContext, use, useEffect, useState, type ReactNode } from 'react'
import { en, type Text } from './en.ts'

/** Languages by their own names; all but English are loaded when they are chosen. */
export const LANGUAGES = { en: 'English', ko: '한국어' }
export type Language = keyof typeof LANGUAGES

const LOADERS: Readonly<Record<Language, () => Promise<Text>>> = {
  en: () => Promise.resolve(en),
  ko: () => import('./ko.ts').then(({ ko }) => ko),
}

const TextContext = createContext<Text>(en)
const LanguageContext = createContext<{
  readonly language: Language
  readonly setLanguage: (language: Language) => void
}>({
  language: 'en',
  setLanguage: () => undefined,
})

/** The browser's language until the user chooses one. */
export function TextProvider({ children }: { readonly children: ReactNode }) {
  const [language, setLanguage] = useLocalStorage<Language>({
    key: 'sextant-language',
    defaultValue: navigator.language.startsWith('ko') ? 'ko' : 'en',
    getInitialValueInEffect: false,
  })
  const [text, setText] = useState<Text | null>(language === 'en' ? en : null)
  useEffect(() => {
    let isWanted = true
    document.documentElement.lang = language
    void LOADERS[language]().then((loaded) => {
      if (isWanted) setText(loaded)
    })
    return () => {
      isWanted = false
    }
  }, [language])
  if (text === null) return null
  return (
    <LanguageContext value={{ language, setLanguage }}>
      <TextContext value={text}>{children}</TextContext>
    </LanguageContext>
  )
}

export const useText = (): Text => use(TextContext)
export const useLanguage = () => use(LanguageContext)
