using System.Text.Json;
using System.Text.Json.Serialization;

namespace VectorServer.Api.Auth;

/// <summary>What a key may do; each role may do all that those before it may.</summary>
[JsonConverter(typeof(KeyRoleConverter))]
internal enum KeyRole
{
    /// <summary>Query, fetch, list, count, describe.</summary>
    Read,

    /// <summary>Change records, namespaces and aliases; imports and exports.</summary>
    Write,

    /// <summary>Create, change and delete indexes; backups, restores, schedules, maintenance.</summary>
    Admin,
}

internal static class KeyRoles
{
    /// <summary>The role as keys files and messages name it.</summary>
    public static string ToWord(this KeyRole role) => role switch
    {
        KeyRole.Read => "read",
        KeyRole.Write => "write",
        _ => "admin",
    };

    public static bool TryParse(string word, out KeyRole role)
    {
        foreach (var known in Enum.GetValues<KeyRole>())
        {
            if (known.ToWord() == word)
            {
                role = known;
                return true;
            }
        }

        role = default;
        return false;
    }
}

/// <summary>Takes the three words alone: the framework's converter takes lists, numbers, any case and spaces too.</summary>
internal sealed class KeyRoleConverter : JsonConverter<KeyRole>
{
    public override KeyRole Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() is { } word && KeyRoles.TryParse(word, out var role) ? role : throw new JsonException();

    public override void Write(Utf8JsonWriter writer, KeyRole value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToWord());
}
