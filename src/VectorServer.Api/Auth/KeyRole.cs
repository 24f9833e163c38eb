using System.Text.Json.Serialization;

namespace VectorServer.Api.Auth;

/// <summary>What a key may do; each role may do all that those before it may.</summary>
internal enum KeyRole
{
    /// <summary>Query, fetch, list, count, describe.</summary>
    [JsonStringEnumMemberName("read")]
    Read,

    /// <summary>Change records, namespaces and aliases; imports and exports.</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    /// <summary>Create, change and delete indexes; backups, restores, schedules, maintenance.</summary>
    [JsonStringEnumMemberName("admin")]
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
