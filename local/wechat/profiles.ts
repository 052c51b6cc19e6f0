/** Optional data of some people; people without any take no memory here. */
export type Profile = { name?: string; highRisk: boolean }

/** Profiles of the few people that tests and the phone page use. */
export type Profiles = ReturnType<typeof createProfiles>

const plain: Profile = { highRisk: false }

/** Creates the store of profiles. */
export function createProfiles() {
  const profiles = new Map<number, Profile>()
  return {
    get: (person: number): Profile => profiles.get(person) ?? plain,
    set: (person: number, change: Partial<Profile>) => {
      profiles.set(person, { ...(profiles.get(person) ?? plain), ...change })
    },
    count: () => profiles.size,
    /** Who has a name that contains the text, without regard to case; the latest first. */
    named: (text: string) => {
      const wanted = text.toLowerCase()
      const found = [...profiles].filter(([, { name }]) => name?.toLowerCase().includes(wanted))
      return found.map(([person]) => person).reverse()
    },
    /** The latest people with a profile, oldest first. */
    latest: (limit: number) => [...profiles.keys()].slice(-limit),
  }
}
