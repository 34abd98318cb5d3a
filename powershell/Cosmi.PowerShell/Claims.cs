using System.Management.Automation;

namespace Cosmi.PowerShell
{
    /// <summary>What a token says of its identity. Nothing of it is verified: it is for people to read.</summary>
    internal sealed class Claims
    {
        internal Claims(string? json) => Document = JsonReader.ReadObject(json);

        /// <summary>All of it, by the names that Microsoft Entra gives; null where the token cannot be read.</summary>
        internal PSObject? Document { get; }

        internal string? ClientId => Text("appid");

        internal string? ObjectId => Text("oid");

        internal string? TenantId => Text("tid");

        private string? Text(string name) => Document?.Properties[name]?.Value as string;
    }
}
