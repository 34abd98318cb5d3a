using System;
using System.Linq;
using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>What an object of this module is about, by its type names: those stay when it comes from another session.</summary>
    internal static class ObjectThing
    {
        private const string OwnPrefix = "Cosmi.";
        private const string DeserializedPrefix = "Deserialized.";

        /// <summary>The thing in a word, or null where the object is not of this module.</summary>
        internal static string? Of(PSObject document)
        {
            string? typeName = document.TypeNames
                .Select(name => name.StartsWith(DeserializedPrefix, StringComparison.Ordinal) ? name.Substring(DeserializedPrefix.Length) : name)
                .FirstOrDefault(name => name.StartsWith(OwnPrefix, StringComparison.Ordinal));
            switch (typeName?.Substring(OwnPrefix.Length))
            {
                case null:
                    return null;
                case "Account":
                case "MadeAccount":
                    return "account";
                case "Database":
                    return "database";
                case "Collection":
                case "CollectionResource":
                    return "collection";
                case nameof(AccountKey):
                    return "key";
                case nameof(ConnectionString):
                    return "connection string";
                case nameof(Access):
                    return "role";
                case nameof(Throughput):
                    return "throughput";
                case nameof(Identity):
                    return "identity";
                case nameof(Client):
                    return "client";
                default:
                    return typeName;
            }
        }
    }
}
