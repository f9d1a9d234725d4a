/** Widths of texts in one font, remembered: measuring is slow beside drawing. */
export interface TextMeasure {
  readonly font: string;
  width(text: string): number;
}

export function createTextMeasure(context: CanvasRenderingContext2D, font: string): TextMeasure {
  const widths = new Map<string, number>();
  return {
    font,
    width(text) {
      let width = widths.get(text);
      if (width === undefined) {
        context.font = font;
        width = context.measureText(text).width;
        widths.set(text, width);
      }
      return width;
    },
  };
}

/** The text with its beginning left out so that it fits: the end of a tensor's name says most. */
export function fitEnd(text: string, room: number, measure: TextMeasure): string {
  if (measure.width(text) <= room) return text;
  // Names are drawn in few widths, so an estimate from the mean width of a letter saves a search.
  const letters = Math.floor((room / measure.width(text)) * text.length) - 1;
  return letters <= 0 ? '' : `…${text.slice(text.length - letters)}`;
}
