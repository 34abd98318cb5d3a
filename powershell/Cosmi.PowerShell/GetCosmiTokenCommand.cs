using System.Management.Automation;
using Cosmi.Interop;

namespace Cosmi.PowerShell
{
    /// <summary>Gets an access token of the managed identity.</summary>
    [Cmdlet(VerbsCommon.Get, "CosmiToken")]
    [OutputType(typeof(Token))]
    public sealed class GetCosmiTokenCommand : CosmiClientCmdlet
    {
        /// <summary>What the token is for; Azure Resource Manager unless given.</summary>
        [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
        [Alias("ResourceUrl")]
        [ArgumentCompleter(typeof(ResourceCompleter))]
        public string[]? Resource { get; set; }

        /// <summary>Gives the token as String instead of SecureString.</summary>
        [Parameter]
        public SwitchParameter AsPlainText { get; set; }

        /// <inheritdoc/>
        protected override void ProcessRecord()
        {
            foreach (string resource in Resource ?? new[] { ArmAudience(() => Require(null, Connection.Native.GetEnvironmentAsync)) })
            {
                Enqueue(
                    resource,
                    (options, stop) => Connection.Native.GetTokenAsync(resource, options, stop),
                    token => WriteObject(new Token(token, PlainText.Of(token.Value, AsPlainText))));
            }
        }
    }
}
