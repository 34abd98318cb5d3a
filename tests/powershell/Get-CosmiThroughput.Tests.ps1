BeforeAll {
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Support.psm1') -Force
    Import-Module -Name (Join-Path -Path $PSScriptRoot -ChildPath 'Changes.psm1') -Force
    Import-CosmiModule
    $simulator = Start-Simulator
}

AfterAll {
    Stop-Simulator -Simulator $simulator
}

Describe 'Get-CosmiThroughput' {
    BeforeEach {
        Reset-Simulator -Simulator $simulator -NoPause
    }

    It 'has the agreed parameters' {
        Get-ParameterContract -Name Get-CosmiThroughput | Should -Be @(
            '-AccountName [String] Account<name'
            '-Client [Client] All'
            '-Database|DatabaseName [String] All!@0<name'
            '-Name|Collection|Container [String] All@1<name'
            '-ResourceGroupName|ResourceGroup [String] Account<name'
            '-ResourceId [String] ResourceId!<name'
            '-SubscriptionId [String] Account<name'
            '-TimeoutSec [Int32] All'
        )
    }

    It 'tells the throughput of <What>' -ForEach @(
        @{ What = 'a collection'; Arguments = @{ AccountName = 'myaccount'; Database = 'Test'; Name = 'Test' }; Kind = 'Manual'; Units = 400; Text = '400 RU/s' }
        @{ What = 'a database'; Arguments = @{ AccountName = 'myaccount'; Database = 'Shared' }; Kind = 'Manual'; Units = 1000; Text = '1000 RU/s' }
        @{ What = 'a collection with autoscale'; Arguments = @{ AccountName = 'myaccount'; Database = 'Auto'; Name = 'Scaled' }; Kind = 'Autoscale'; Units = 4000; Text = '4000 RU/s at most (autoscale)' }
        @{ What = 'a collection that shares'; Arguments = @{ AccountName = 'myaccount'; Database = 'Shared'; Name = 'Orders' }; Kind = 'None'; Units = $null; Text = 'none of its own' }
        @{ What = 'a database without'; Arguments = @{ AccountName = 'myaccount'; Database = 'Test' }; Kind = 'None'; Units = $null; Text = 'none of its own' }
        @{ What = 'a serverless account'; Arguments = @{ AccountName = 'serverlessaccount'; Database = 'Test'; Name = 'Test' }; Kind = 'None'; Units = $null; Text = 'none of its own' }
    ) {
        $throughput = Get-CosmiThroughput @Arguments
        $throughput | Should -BeOfType ([Cosmi.Throughput])
        $throughput.Kind | Should -Be $Kind
        $throughput.RequestUnits | Should -Be $Units
        $throughput.ThroughputText | Should -Be $Text
        $throughput.Database | Should -Be $Arguments.Database
        $throughput.Change | Should -Be 'None'
        $throughput | Out-String | Should -BeLike "*$Text*"
    }

    It 'tells the least that is allowed' {
        (Get-CosmiThroughput -AccountName myaccount -Database Test -Name Test).MinimumThroughput | Should -Be 400
    }

    It 'takes databases and collections from the pipeline' {
        @((Get-CosmiDatabase -AccountName myaccount -Name Shared, Auto | Get-CosmiThroughput).Kind) | Should -Be @('Manual', 'None')
        @((Get-CosmiCollection -AccountName myaccount -Database D | Get-CosmiThroughput).RequestUnits) | Should -Be @(400, 500, 600)
        (Get-CosmiAccount -AccountName myaccount | Get-CosmiThroughput -Database Shared).RequestUnits | Should -Be 1000
    }

    It 'refuses an empty name, which would mean the database' {
        $failure = Invoke-Failing { Get-CosmiThroughput -AccountName myaccount -Database Shared -Name '' }
        $failure.Id | Should -Be 'Cosmi.InvalidArgument'
        Get-SimulatorJournal -Simulator $simulator | Should -BeNullOrEmpty
    }
}
