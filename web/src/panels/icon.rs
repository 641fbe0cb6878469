//! Small pictures for buttons, drawn rather than taken from a font that may lack them.

use leptos::prelude::*;

/// By name; an unknown one is empty.
pub fn icon(name: &str) -> impl IntoView + use<> {
    let path = match name {
        "start" => "M3 3h2v10H3zM13 3v10L6 8z",
        "back" => "M12 3v10L4.500 8z",
        "play" => "M4 2.500v11L13 8z",
        "pause" => "M3.500 3h3.200v10H3.500zM9.300 3h3.200v10H9.300z",
        "on" => "M3 3v10l6.500-5zM11 3h2v10h-2z",
        "return" => {
            "M6.500 2.500 7.600 3.600 5.200 6H10a4 4 0 0 1 0 8H6v-1.500h4a2.500 2.500 0 0 0 0-5H5.200l2.400 2.400L6.500 11 2.300 6.800z"
        }
        "list" => "M2 3h2v2H2zM6 3h8v2H6zM2 7h2v2H2zM6 7h8v2H6zM2 11h2v2H2zM6 11h8v2H6z",
        "close" => {
            "M4.200 3 8 6.800 11.800 3 13 4.200 9.200 8 13 11.800 11.800 13 8 9.200 4.200 13 3 11.800 6.800 8 3 4.200z"
        }
        "light" => {
            "M8 4.500a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7M7.400 1h1.200v2H7.400zM7.400 13h1.200v2H7.400zM1 7.400h2v1.200H1zM13 7.400h2v1.200h-2zM2.600 3.400l.8-.8L4.900 4l-.9.9zM11.100 12l.9-.9 1.400 1.500-.8.8zM12 4.900l-.9-.9 1.500-1.400.8.8zM3.400 13.400l-.8-.8L4 11.100l.9.9z"
        }
        "dark" => "M6.500 2A6 6 0 1 0 14 9.500 5 5 0 0 1 6.500 2",
        "auto" => "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2m0 1.500v9a4.500 4.500 0 0 1 0-9",
        _ => "",
    };
    view! {
        <svg class="icon-drawn" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
            <path d=path />
        </svg>
    }
}
