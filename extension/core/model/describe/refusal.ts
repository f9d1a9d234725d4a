/** Why a config.json can't be run: names the field and what is wrong with it. `modelGraph` turns it into a value. */
export class Refusal extends Error {}
