//! Forms made of the schemas that three published contracts come with.

use consensusforge_web::forms::fill::fill;
use consensusforge_web::forms::schema::forms;
use consensusforge_web::forms::{FormView, Input, Kind};

const CW20: &str = include_str!("../assets/schemas/cw20-base.json");
const CW721: &str = include_str!("../assets/schemas/cw721-base.json");
const CW3: &str = include_str!("../assets/schemas/cw3-fixed-multisig.json");

fn form(text: &str, kind: Kind, name: &str) -> FormView {
    let all = forms("schema.json", text).unwrap();
    let found = all.iter().find(|f| f.kind == kind && f.name == name);
    found.unwrap_or_else(|| panic!("no form {name}")).clone()
}

fn values(form: &FormView, given: &[(&str, &str)]) -> Vec<String> {
    for (name, _) in given {
        let there = form.fields.iter().any(|f| f.name == *name);
        assert!(there, "{name} is no field of {:?}", form.fields);
    }
    let of = |name: &str| {
        given
            .iter()
            .find(|(n, _)| *n == name)
            .map_or("", |(_, v)| v)
    };
    form.fields.iter().map(|f| of(&f.name).to_owned()).collect()
}

fn filled(form: &FormView, given: &[(&str, &str)]) -> String {
    fill(form, &values(form, given)).unwrap()
}

#[test]
fn a_transfer_is_two_fields_and_becomes_the_message() {
    let form = form(CW20, Kind::Execute, "transfer");
    let names: Vec<_> = form
        .fields
        .iter()
        .map(|f| (f.name.as_str(), &f.input, f.required))
        .collect();
    assert_eq!(
        names,
        [
            ("amount", &Input::Digits(false), true),
            ("recipient", &Input::Text, true)
        ]
    );
    assert!(
        form.about.starts_with("Transfer is a base message"),
        "{}",
        form.about
    );
    assert_eq!(
        filled(
            &form,
            &[
                ("amount", "340282366920938463463374607431768211455"),
                ("recipient", "forge1x")
            ]
        ),
        r#"{"transfer":{"amount":"340282366920938463463374607431768211455","recipient":"forge1x"}}"#
    );
    let wrong = fill(&form, &values(&form, &[("amount", "-1")])).unwrap_err();
    let said: Vec<_> = wrong
        .iter()
        .map(|c| (c.field, c.sentence.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (Some(0), "“-1” is not a whole number of 0 or more."),
            (Some(1), "This is missing.")
        ]
    );
}

#[test]
fn an_instantiation_takes_numbers_lists_and_what_may_be_left_out() {
    let form = form(CW20, Kind::Instantiate, "");
    let message = filled(
        &form,
        &[
            ("name", "Token"),
            ("symbol", "TOK"),
            ("decimals", "6"),
            (
                "initial_balances",
                r#"[{"address": "forge1x", "amount": "5"}]"#,
            ),
        ],
    );
    assert_eq!(
        message,
        r#"{"decimals":6,"initial_balances":[{"address":"forge1x","amount":"5"}],"name":"Token","symbol":"TOK"}"#
    );
    let list = form
        .fields
        .iter()
        .find(|f| f.name == "initial_balances")
        .unwrap();
    // The example is one that would be taken.
    assert!(
        list.example.contains("\"amount\": \"1\""),
        "{}",
        list.example
    );
    let mint = form.fields.iter().find(|f| f.name == "mint").unwrap();
    assert!(!mint.required);
    let wrong = fill(
        &form,
        &values(
            &form,
            &[
                ("name", "T"),
                ("symbol", "T"),
                ("decimals", "six"),
                ("initial_balances", "[{]"),
            ],
        ),
    );
    let said: Vec<_> = wrong.unwrap_err().into_iter().map(|c| c.sentence).collect();
    assert!(
        said.iter()
            .any(|s| s.contains("“six” is not a whole number")),
        "{said:?}"
    );
    assert!(
        said.iter().any(|s| s.starts_with("Line 1, column 3")),
        "{said:?}"
    );
}

#[test]
fn a_binary_field_takes_json_and_encodes_it() {
    let form = form(CW20, Kind::Execute, "send");
    let given = [
        ("amount", "1"),
        ("contract", "c"),
        ("msg", r#"{"bid": {}}"#),
    ];
    assert!(filled(&form, &given).contains(r#""msg":"eyJiaWQiOnt9fQ==""#));
    let given = [("amount", "1"), ("contract", "c"), ("msg", "not base64!")];
    assert!(
        fill(&form, &values(&form, &given)).unwrap_err()[0]
            .sentence
            .contains("base64")
    );
}

#[test]
fn every_function_of_the_three_contracts_becomes_a_form() {
    for (text, kind, some) in [
        (
            CW20,
            Kind::Execute,
            &[
                "transfer",
                "burn",
                "send",
                "increase_allowance",
                "mint",
                "upload_logo",
            ][..],
        ),
        (
            CW20,
            Kind::Query,
            &["balance", "token_info", "all_accounts"],
        ),
        (
            CW721,
            Kind::Execute,
            &["transfer_nft", "mint", "approve_all", "burn"],
        ),
        (CW721, Kind::Query, &["owner_of", "num_tokens"]),
        (CW3, Kind::Execute, &["propose", "vote", "execute", "close"]),
        (CW3, Kind::Query, &["threshold", "list_voters"]),
    ] {
        for name in some {
            form(text, kind, name);
        }
    }
    let vote = form(CW3, Kind::Execute, "vote");
    assert_eq!(
        filled(&vote, &[("proposal_id", "1"), ("vote", "yes")]),
        r#"{"vote":{"proposal_id":1,"vote":"yes"}}"#
    );
    assert!(
        fill(
            &vote,
            &values(&vote, &[("proposal_id", "1"), ("vote", "maybe")])
        )
        .is_err()
    );
    let info = form(CW20, Kind::Query, "token_info");
    assert_eq!(filled(&info, &[]), r#"{"token_info":{}}"#);
}

#[test]
fn examples_can_be_sent_as_they_are() {
    for text in [CW20, CW721, CW3] {
        for form in forms("schema.json", text).unwrap() {
            let values: Vec<String> = form.fields.iter().map(|f| f.example.clone()).collect();
            let filled = fill(&form, &values);
            let filled =
                filled.unwrap_or_else(|e| panic!("{} {:?}: {e:?}", form.name, form.fields));
            // A contract would refuse a nothing where a coin should be.
            assert!(!filled.contains("[null"), "{filled}");
        }
    }
}

#[test]
fn what_is_no_schema_is_told_so() {
    let schema = r#"{"title": "QueryMsg", "type": "string", "enum": ["pause", "count"]}"#;
    let forms_of = |file: &str, text: &str| forms(file, text);
    let all = forms_of("query.json", schema).unwrap();
    assert_eq!(all.len(), 2);
    assert_eq!(fill(&all[0], &[String::new()]).unwrap(), "\"pause\"");
    for (file, text, words) in [
        ("x.json", "[1]", "no schema"),
        ("x.json", "{", "not JSON"),
        (
            "package.json",
            r#"{"name": "x", "version": "1"}"#,
            "no schema of a message",
        ),
        (
            "response_to_balance.json",
            r#"{"title": "BalanceResponse", "type": "object"}"#,
            "no schema of a message",
        ),
    ] {
        let said = forms_of(file, text).unwrap_err();
        assert!(said.contains(words) && said.contains(file), "{said}");
    }
    // One that refers to itself ends.
    let round = r##"{"title": "ExecuteMsg", "oneOf": [{"$ref": "#/definitions/a"}], "definitions": {"a": {"oneOf": [{"$ref": "#/definitions/a"}, {"$ref": "#/definitions/a"}]}}}"##;
    let _ = forms_of("execute.json", round);
}
