//! Tables for people, fitted to the width of the terminal.

use super::text::clean;

/// Between two columns.
const GAP: &str = "  ";
/// A column that can shrink does so down to this many places.
const NARROWEST: usize = 8;

/// A column: its title, and how it is set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Column {
    title: &'static str,
    align: console::Alignment,
    shrinks: bool,
}

/// A column of words that are always shown whole.
pub(crate) const fn left(title: &'static str) -> Column {
    Column { title, align: console::Alignment::Left, shrinks: false }
}

/// A column of numbers.
pub(crate) const fn right(title: &'static str) -> Column {
    Column { title, align: console::Alignment::Right, shrinks: false }
}

/// A column of text that is cut where the terminal is too narrow.
pub(crate) const fn text(title: &'static str) -> Column {
    Column { title, align: console::Alignment::Left, shrinks: true }
}

/// Rows under titles.
#[derive(Debug)]
pub(crate) struct Table<const N: usize> {
    columns: [Column; N],
    rows: Vec<[String; N]>,
}

impl<const N: usize> Table<N> {
    /// A table of these columns with a row for each item.
    pub(crate) fn new<T>(
        columns: [Column; N],
        items: impl IntoIterator<Item = T>,
        row: impl Fn(T) -> [String; N],
    ) -> Self {
        let cleaned = |item| row(item).map(|cell| clean(&cell).into_owned());
        Self { columns, rows: items.into_iter().map(cleaned).collect() }
    }

    /// The table as lines no wider than `width`, if there is one and the table can be cut to it.
    pub(crate) fn render(&self, width: Option<usize>) -> String {
        let widths = self.widths(width);
        let mut lines = self.line(&widths, self.columns.map(|column| column.title));
        for row in &self.rows {
            lines.push_str(&self.line(&widths, row.each_ref().map(String::as_str)));
        }
        lines
    }

    fn widths(&self, width: Option<usize>) -> [usize; N] {
        let mut widths = self.columns.map(|column| column.title.len());
        for row in &self.rows {
            for (widest, cell) in widths.iter_mut().zip(row) {
                *widest = (*widest).max(console::measure_text_width(cell));
            }
        }
        let available = width.unwrap_or(usize::MAX).saturating_sub(GAP.len() * N.saturating_sub(1));
        let mut excess = widths.iter().sum::<usize>().saturating_sub(available);
        // The widest column gives way first, so that no column is cut more than its neighbours.
        while excess > 0 {
            let columns = self.columns.iter().zip(&mut widths);
            let shrinkable = columns.filter(|(c, width)| c.shrinks && **width > NARROWEST);
            let Some((_, widest)) = shrinkable.max_by_key(|(_, width)| **width) else { break };
            *widest -= 1;
            excess -= 1;
        }
        widths
    }

    fn line(&self, widths: &[usize; N], cells: [&str; N]) -> String {
        let mut line = String::new();
        for ((column, width), cell) in self.columns.iter().zip(widths).zip(cells) {
            let cell = console::truncate_str(cell, *width, "…");
            line.push_str(&console::pad_str(&cell, *width, column.align, None));
            line.push_str(GAP);
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(cells: &[[&str; 3]]) -> Table<3> {
        Table::new([left("ID"), right("USD"), text("WHAT")], cells, |row| row.map(str::to_owned))
    }

    #[test]
    fn columns_line_up_and_numbers_stand_on_the_right() {
        let table = sample(&[["a", "$1.00", "short"], ["bcd", "$10.00", "日本 wide"]]);
        assert_eq!(
            table.render(None),
            "ID      USD  WHAT\na     $1.00  short\nbcd  $10.00  日本 wide\n"
        );
    }

    #[test]
    fn only_text_is_cut_where_the_terminal_is_too_narrow() {
        let table = sample(&[["a-long-id", "$1,000.00", "what happened, at some length"]]);
        let lines = table.render(Some(34));
        assert!(lines.lines().all(|line| console::measure_text_width(line) <= 34), "{lines}");
        assert!(lines.contains("a-long-id  $1,000.00  what happen…"), "{lines}");
        assert!(table.render(Some(5)).contains("a-long-id  $1,000.00  what ha…"));
    }

    #[test]
    fn a_cell_cannot_break_out_of_its_row() {
        let lines = sample(&[["a", "1", "x\n\u{1b}[2Jforged row"]]).render(None);
        assert_eq!(lines.lines().count(), 2);
        assert!(!lines.contains('\u{1b}'));
    }
}
