import MCPServer
import Wire

@testable import Embedded

/// What the server has, and how each thing is called.
enum EverythingInventory {
    /// A server in which no time passes.
    static func service(pageSize: Int = 250) -> FeatureSet {
        EverythingServer.make(pageSize: pageSize, pause: { _ in try Task.checkCancellation() })
    }

    /// Those that conformance looks for.
    static let conformanceTools = [
        "test_simple_text", "test_image_content", "test_audio_content", "test_embedded_resource",
        "test_multiple_content_types", "test_error_handling", "test_tool_with_progress", "test_tool_with_logging",
        "test_sampling", "test_elicitation", "test_elicitation_sep1034_defaults", "test_elicitation_sep1330_enums",
        "test_reconnection", "json_schema_2020_12_tool", "test_x_mcp_header", "test_missing_capability",
        "test_streaming_elicitation", "test_logging_tool", "test_trigger_tool_change", "test_trigger_prompt_change",
        "test_input_required_result_elicitation", "test_input_required_result_sampling",
        "test_input_required_result_list_roots", "test_input_required_result_request_state",
        "test_input_required_result_multiple_inputs", "test_input_required_result_multi_round",
        "test_input_required_result_tampered_state", "test_input_required_result_capabilities",
    ]
    /// The others.
    static let otherTools = [
        "echo", "add", "annotated_message", "unicode", "structured_content", "structured_list", "resource_links", "big_result",
        "unknown_members", "protocol_error", "long_running_operation", "progress_without_total", "wait_for_cancellation",
        "log_levels", "describe_client", "elicit_form", "elicit_url", "sample_with_tools", "list_roots", "call_again_later",
        "touch_watched_resource", "count_up", "read_counts", "trigger_resource_change",
    ]
    static let prompts = [
        "test_simple_prompt", "test_prompt_with_arguments", "test_prompt_with_embedded_resource", "test_prompt_with_image",
        "test_input_required_result_prompt", "travel", "all_content",
    ]

    /// Arguments for those that need some.
    static func arguments(_ name: String) -> JSONObject? {
        switch name {
        case "test_sampling": ["prompt": "Say something"]
        case "test_elicitation": ["message": "Who are you?"]
        case "test_x_mcp_header": ["region": "eu"]
        case "json_schema_2020_12_tool": ["name": "A", "contactMethod": "email", "email": "a@example.com"]
        case "echo": ["message": "hi"]
        case "add": ["a": 2, "b": 3]
        case "annotated_message": ["message_type": "error", "include_image": true]
        case "structured_content": ["city": "Ghent"]
        case "test_prompt_with_arguments": ["arg1": "testValue1", "arg2": "testValue2"]
        case "test_prompt_with_embedded_resource": ["resourceUri": "test://example-resource"]
        case "travel": ["country": "Japan", "city": "Kyoto"]
        default: nil
        }
    }
}
