using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Tells where this process runs and where its tokens come from.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiEnvironment")]
    [OutputType(typeof(Environment))]
    public sealed class GetCosmiEnvironmentCommand : CosmiClientCmdlet
    {
        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            CosmiEnvironment environment = Require(null, Connection.Native.GetEnvironmentAsync);
            NameCache names = Session.Current.Names;
            names.Add(NameKind.Subscription, environment.SubscriptionId);
            names.Add(NameKind.ResourceGroup, environment.ResourceGroup);
            WriteObject(new Environment(environment, JsonReader.ReadObject(environment.MetadataJson)));
        }
    }
}
